// Programs of one function with inputs for them.
#include "tests/properties/sample.h"

#include "tests/ops/draw.h"
#include "tests/ops/graph_values.h"

namespace stator::tests {

Sample sample_of(const ProgramGraph& program, long rows) {
  Sample made{with_gradients(program).program, {}};
  const Function& function = made.program.functions[0];
  for (size_t i = 0; i < function.inputs.size(); ++i)
    made.inputs.push_back(draw(function.inputs[i], rows, {-1.5, 1.5}, made.name(), i));
  return made;
}

}  // namespace stator::tests
