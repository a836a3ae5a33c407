// What holds for every graph, tried on graphs made at random: 200, or as many as STATOR_RANDOM_GRAPHS says. A failure
// names its seed; STATOR_RANDOM_SEED starts from another one.
#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "compiler/pipeline/phases.h"
#include "runtime/error.h"
#include "runtime/executable.h"
#include "runtime/text.h"
#include "tests/catch.h"
#include "tests/ops/compare.h"
#include "tests/ops/draw.h"
#include "tests/ops/run.h"
#include "tests/ops/torch_cases.h"
#include "tests/properties/random_graph.h"
#include "tests/properties/sample.h"

namespace stator::tests {

namespace {

using Tensors = std::vector<TensorValue>;

constexpr long bound_rows = 8, given_rows = 5, graphs_at_once = 20;

long number_from(const char* variable, long otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::atol(text);
}

struct Seeded : Sample {
  uint64_t seed;
};

Seeded sample_of(uint64_t seed) { return {tests::sample_of(random_program(seed), given_rows), seed}; }

std::vector<Seeded> samples_from(uint64_t first, long count) {
  std::vector<Seeded> made;
  for (long i = 0; i < count; ++i) made.push_back(sample_of(first + static_cast<uint64_t>(i)));
  return made;
}

Tensors meaning_of(const Seeded& sample, const Tensors& inputs, Arithmetic arithmetic = Arithmetic::exact) {
  return interpreted(sample.program, sample.name(), given_rows, inputs, arithmetic);
}

/// What the arithmetic of a dtype may cost.
struct Precision {
  double tolerance;   // relative to the greatest element
  double negligible;  // of a result that is 0 but for rounding, where all values are of the order of 1
  double shake;       // a few units in the last place of an input
};
constexpr Precision of_f32{1e-5, 2e-6, 1e-6}, of_f64{1e-11, 1e-13, 1e-13};

/// Whether both results are 0 but for rounding.
bool both_vanish(const TensorValue& found, const TensorValue& expected, const Precision& precision) {
  auto below = [](const TensorValue& tensor, double bound) {
    return std::all_of(tensor.elements.begin(), tensor.elements.end(), [&](double x) { return std::abs(x) <= bound; });
  };
  return below(expected, 1e-13) && below(found, precision.negligible);
}

/// How far each result moves when inputs change by a few units in the last place and every op's result is rounded: what
/// rounding may do to it.
std::vector<double> sensitivities(const Seeded& sample, const Tensors& expected, const Precision& precision) {
  std::vector<double> moved(expected.size(), 0);
  for (size_t trial = 0; trial < 4; ++trial) {
    Tensors shaken = sample.inputs;
    for (size_t i = 0; i < shaken.size(); ++i) {
      const TensorSpec& spec = sample.program.functions[0].inputs[i];
      const TensorValue change = draw_uniform(spec, given_rows, -1, 1, sample.name(), 100 * (trial + 1) + i);
      for (size_t k = 0; k < change.elements.size(); ++k)
        shaken[i].elements[k] *= 1 + precision.shake * change.elements[k];
    }
    const Tensors results = meaning_of(sample, shaken, Arithmetic::rounded);
    for (size_t r = 0; r < expected.size(); ++r) moved[r] = std::max(moved[r], error_of(results[r], expected[r]));
  }
  return moved;
}

/// Results must agree to the precision; where rounding alone may do more to one, to what it may do.
void check_results(const Seeded& sample, const Tensors& found, const Tensors& expected, const Precision& precision) {
  REQUIRE(found.size() == expected.size());
  std::vector<double> moved;
  for (size_t r = 0; r < expected.size(); ++r) {
    if (error_of(found[r], expected[r]) <= precision.tolerance || both_vanish(found[r], expected[r], precision))
      continue;
    if (moved.empty()) moved = sensitivities(sample, meaning_of(sample, sample.inputs), precision);
    const std::string differs = difference(found[r], expected[r], precision.tolerance + 5 * moved[r]);
    INFO("seed " << sample.seed << ", result " << r << ": " << differs);
    CHECK(differs.empty());
  }
}

void check_against_interpreter(const std::vector<Seeded>& samples, const CompileOptions& options,
                               const Precision& precision = of_f32) {
  CompiledProgram compiled(joined(samples), bound_rows, options);
  for (const Seeded& sample : samples)
    check_results(sample, compiled.run(sample.name(), sample.inputs), meaning_of(sample, sample.inputs), precision);
}

}  // namespace

TEST_CASE("compiled graphs give the interpreter's values and gradients") {
  const long count = number_from("STATOR_RANDOM_GRAPHS", 200), first = number_from("STATOR_RANDOM_SEED", 1);
  for (long done = 0; done < count; done += graphs_at_once)
    check_against_interpreter(samples_from(first + done, std::min(graphs_at_once, count - done)), test_options());
}

TEST_CASE("in f64 there is hardly any rounding to hide behind") {
  std::vector<Seeded> samples = samples_from(5001, 3 * graphs_at_once);
  std::erase_if(samples, [](const Seeded& sample) { return !sample.program.slots.empty(); });  // draws are f32
  for (Seeded& sample : samples) {
    sample.program = widened(sample.program);
    for (TensorValue& input : sample.inputs) input.dtype = DType::f64;
  }
  REQUIRE(samples.size() > 20);
  check_against_interpreter(samples, test_options(), of_f64);
}

TEST_CASE("each instruction set gives the interpreter's values and gradients") {
  const std::vector<Seeded> samples = samples_from(501, graphs_at_once);
  for (const std::string& target : host_targets()) {
    INFO(target);
    CompileOptions options = test_options();
    options.target = target;
    check_against_interpreter(samples, options);
  }
}

TEST_CASE("a memory budget is kept, and changes no values") {
  int within = 0;
  for (const Seeded& sample : samples_from(901, 2 * graphs_at_once)) {
    INFO("seed " << sample.seed);
    CompileOptions options = test_options();
    const int64_t arena = compile(sample.program, {batch = bound_rows}, options)->functions.at(0).arena_bytes;
    options.memory_budget = std::max<int64_t>(1, arena * 9 / 10);
    std::shared_ptr<const Executable> executable;
    try {
      executable = compile(sample.program, {batch = bound_rows}, options);
    } catch (const UserError&) { continue; }  // nothing that waits can be made again
    CHECK(executable->functions.at(0).arena_bytes <= options.memory_budget);
    check_against_interpreter({sample}, options);
    ++within;
  }
  CHECK(within > 0);
}

TEST_CASE("each optional phase on and off gives the same values") {
  const std::vector<Seeded> samples = samples_from(1001, 2 * graphs_at_once);
  for (const PhaseFacts& phase : phases) {
    if (!phase.optional) continue;
    INFO("without " << phase.name);
    CompileOptions options = test_options();
    options.disabled_phases = {std::string(phase.name)};
    check_against_interpreter(samples, options);
  }
}

TEST_CASE("any number of threads gives the same bits") {
  const std::vector<Seeded> samples = samples_from(2001, 2 * graphs_at_once);
  CompileOptions options = test_options();
  options.threads = 1;
  CompiledProgram alone(joined(samples), bound_rows, options);
  for (const int threads : {2, 3}) {
    options.threads = threads;
    CompiledProgram together(joined(samples), bound_rows, options);
    for (const Seeded& sample : samples) {
      INFO("seed " << sample.seed << ", " << threads << " threads");
      const Tensors one = alone.run(sample.name(), sample.inputs), several = together.run(sample.name(), sample.inputs);
      for (size_t r = 0; r < one.size(); ++r) CHECK(same_bits(array_of(one[r]), array_of(several[r])));
    }
  }
}

TEST_CASE("rows that are not given do not count, at any number of them") {
  for (const Seeded& sample : samples_from(3001, graphs_at_once)) {
    CompiledProgram exact(sample.program, given_rows), wide(sample.program, 7 * given_rows);
    const Tensors expected = exact.run(sample.name(), sample.inputs), found = wide.run(sample.name(), sample.inputs);
    check_results(sample, found, expected, of_f32);
  }
}

}  // namespace stator::tests
