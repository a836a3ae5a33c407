// Graphs made at random give op by op what they give compiled as a whole: values, and gradients by the tape.
#include <algorithm>
#include <cmath>

#include "runtime/text.h"
#include "tests/catch.h"
#include "tests/ops/compare.h"
#include "tests/ops/draw.h"
#include "tests/ops/run.h"
#include "tests/ops/run_eagerly.h"
#include "tests/properties/random_graph.h"

namespace stator::tests {

namespace {

using Tensors = std::vector<TensorValue>;

constexpr long rows = 5;
constexpr uint64_t graphs = 25;

/// How far results move when inputs change by a few units in the last place: what rounding may do to them.
std::vector<double> sensitivities(const ProgramGraph& program, const Tensors& inputs, const Tensors& expected) {
  const std::string name = program.functions[0].name.str();
  std::vector<double> moved(expected.size(), 0);
  for (size_t trial = 1; trial <= 4; ++trial) {
    Tensors shaken = inputs;
    for (size_t i = 0; i < shaken.size(); ++i) {
      const TensorValue change = draw_uniform(program.functions[0].inputs[i], rows, -1, 1, name, 100 * trial + i);
      for (size_t k = 0; k < change.elements.size(); ++k) shaken[i].elements[k] *= 1 + 1e-6 * change.elements[k];
    }
    const Tensors results = interpreted(program, name, rows, shaken, Arithmetic::rounded);
    for (size_t r = 0; r < expected.size(); ++r) moved[r] = std::max(moved[r], error_of(results[r], expected[r]));
  }
  return moved;
}

bool vanishes(const TensorValue& tensor, double bound) {
  return std::all_of(tensor.elements.begin(), tensor.elements.end(), [&](double x) { return std::abs(x) <= bound; });
}

}  // namespace

TEST_CASE("random graphs are computed op by op as they are compiled") {
  Eager eager({.threads = 2, .cache = "off"});
  for (uint64_t seed = 0; seed < graphs; ++seed) {
    const ProgramGraph program = with_gradients(random_program(seed)).program;
    if (!can_run_eagerly(program)) continue;
    const Function& function = program.functions[0];
    Tensors inputs;
    for (size_t i = 0; i < function.inputs.size(); ++i)
      inputs.push_back(draw(function.inputs[i], rows, {-1.5, 1.5}, function.name.str(), i));
    const Tensors found = run_eagerly(eager, program, inputs);
    const Tensors expected = CompiledProgram(program, rows).run(function.name.str(), inputs);
    REQUIRE(found.size() == expected.size());
    std::vector<double> moved;
    for (size_t r = 0; r < found.size(); ++r) {
      if (error_of(found[r], expected[r]) <= 1e-5 || (vanishes(found[r], 2e-6) && vanishes(expected[r], 2e-6)))
        continue;
      if (moved.empty())
        moved = sensitivities(program, inputs, interpreted(program, function.name.str(), rows, inputs));
      const std::string differs = difference(found[r], expected[r], 2e-5 + 10 * moved[r]);
      INFO("seed " << seed << ", result " << r << ": " << differs);
      CHECK(differs.empty());
    }
  }
  CHECK(eager.figures().values == 2);  // seed and step alone: all others went with their handles
}

}  // namespace stator::tests
