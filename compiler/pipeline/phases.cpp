// The names of phases, for messages.
#include "compiler/pipeline/phases.h"

#include <vector>

#include "runtime/text.h"

namespace stator {

std::string phaseNames(bool optionalOnly) {
  std::vector<std::string_view> names;
  for (const PhaseFacts& facts : phases)
    if (facts.optional || !optionalOnly) names.push_back(facts.name);
  return joined(names);
}

}  // namespace stator
