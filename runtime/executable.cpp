// Looking up the functions of an executable; sizes of what crosses its boundary.
#include "runtime/executable.h"

#include <iomanip>
#include <sstream>

#include "runtime/error.h"
#include "runtime/text.h"

namespace stator {

int64_t TensorFacts::element_count() const {
  int64_t count = 1;
  for (int64_t extent : extents) count *= extent;
  return count;
}

int64_t TensorFacts::size_bytes() const { return element_count() * stator::size_bytes(dtype); }

const CompiledFunction& Executable::function(std::string_view name) const {
  for (const CompiledFunction& candidate : functions)
    if (candidate.name == name) return candidate;
  std::vector<std::string_view> names;
  for (const CompiledFunction& candidate : functions) names.push_back(candidate.name);
  throw UserError(concat("executable: no function is called '", name, "'; there are ", bracketed(names)));
}

std::string time_report(const Executable& executable) {
  if (executable.from_cache) return "from the kernel cache";
  std::ostringstream out;
  const char* before = "";
  for (const PhaseTime& time : executable.phase_times) {
    out << before << time.phase << ' ' << std::fixed << std::setprecision(1) << time.milliseconds << " ms";
    before = ", ";
  }
  return out.str();
}

}  // namespace stator
