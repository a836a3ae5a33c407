// What holds for every graph, tried on graphs made at random: 200, or as many as STATOR_RANDOM_GRAPHS says. A failure
// names its seed; STATOR_RANDOM_SEED starts from another one.
#include <cmath>
#include <cstdlib>

#include "compiler/pipeline/phases.h"
#include "runtime/text.h"
#include "tests/catch.h"
#include "tests/ops/compare.h"
#include "tests/ops/draw.h"
#include "tests/ops/run.h"
#include "tests/ops/torch_cases.h"
#include "tests/properties/random_graph.h"

namespace stator::tests {

namespace {

using Tensors = std::vector<TensorValue>;

constexpr long bound_rows = 8, given_rows = 5, graphs_at_once = 20;

long number_from(const char* variable, long otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::atol(text);
}

struct Sample {
  uint64_t seed;
  ProgramGraph program;
  Tensors inputs;

  std::string name() const { return program.functions[0].name.str(); }
};

Sample sample_of(uint64_t seed) {
  Sample made{seed, with_gradients(random_program(seed)).program, {}};
  const Function& function = made.program.functions[0];
  for (size_t i = 0; i < function.inputs.size(); ++i)
    made.inputs.push_back(draw(function.inputs[i], given_rows, {-1.5, 1.5}, made.name(), i));
  return made;
}

std::vector<Sample> samples_from(uint64_t first, long count) {
  std::vector<Sample> made;
  for (long i = 0; i < count; ++i) made.push_back(sample_of(first + static_cast<uint64_t>(i)));
  return made;
}

ProgramGraph joined(const std::vector<Sample>& samples) {
  ProgramGraph all;
  for (const Sample& sample : samples) {
    all.functions.push_back(sample.program.functions[0]);
    if (!sample.program.slots.empty()) all.slots = sample.program.slots;
  }
  return all;
}

Tensors meaning_of(const Sample& sample, const Tensors& inputs) {
  return interpreted(sample.program, sample.name(), given_rows, inputs);
}

/// Whether two results differ by no more than rounding does to values of the order of 1: what is 0 but for rounding.
bool nearly_zero_apart(const TensorValue& a, const TensorValue& b) {
  if (a.elements.size() != b.elements.size()) return false;
  for (size_t i = 0; i < a.elements.size(); ++i)
    if (!(std::abs(a.elements[i] - b.elements[i]) <= 2e-6)) return false;
  return true;
}

/// How far each result moves when inputs change by a few ulps of f32: what rounding may do to it.
std::vector<double> sensitivities(const Sample& sample, const Tensors& expected) {
  std::vector<double> moved(expected.size(), 0);
  for (size_t trial = 0; trial < 4; ++trial) {
    Tensors shaken = sample.inputs;
    for (size_t i = 0; i < shaken.size(); ++i) {
      const TensorSpec& spec = sample.program.functions[0].inputs[i];
      const TensorValue change = draw_uniform(spec, given_rows, -1e-6, 1e-6, sample.name(), 100 * (trial + 1) + i);
      for (size_t k = 0; k < change.elements.size(); ++k) shaken[i].elements[k] *= 1 + change.elements[k];
    }
    const Tensors results = meaning_of(sample, shaken);
    for (size_t r = 0; r < expected.size(); ++r) moved[r] = std::max(moved[r], error_of(results[r], expected[r]));
  }
  return moved;
}

/// Compares with the interpreter, to 1e-5; where rounding alone may do more, to what it may do.
void check_against_interpreter(const std::vector<Sample>& samples, const CompileOptions& options) {
  CompiledProgram compiled(joined(samples), bound_rows, options);
  for (const Sample& sample : samples) {
    const Tensors expected = meaning_of(sample, sample.inputs), found = compiled.run(sample.name(), sample.inputs);
    REQUIRE(found.size() == expected.size());
    std::vector<double> allowed(expected.size(), 1e-5);
    for (size_t r = 0; r < expected.size(); ++r) {
      if (error_of(found[r], expected[r]) <= allowed[r] || nearly_zero_apart(found[r], expected[r])) continue;
      if (allowed[r] == 1e-5)
        for (size_t k = 0; const double moved : sensitivities(sample, expected)) allowed[k++] = 1.1e-5 + 5 * moved;
      const std::string differs = difference(found[r], expected[r], allowed[r]);
      INFO("seed " << sample.seed << ", result " << r << ": " << differs);
      CHECK(differs.empty());
    }
  }
}

}  // namespace

TEST_CASE("compiled graphs give the interpreter's values and gradients") {
  const long count = number_from("STATOR_RANDOM_GRAPHS", 200), first = number_from("STATOR_RANDOM_SEED", 1);
  for (long done = 0; done < count; done += graphs_at_once)
    check_against_interpreter(samples_from(first + done, std::min(graphs_at_once, count - done)), test_options());
}

TEST_CASE("each instruction set gives the interpreter's values and gradients") {
  const std::vector<Sample> samples = samples_from(501, graphs_at_once);
  for (const std::string& target : host_targets()) {
    INFO(target);
    CompileOptions options = test_options();
    options.target = target;
    check_against_interpreter(samples, options);
  }
}

TEST_CASE("each optional phase on and off gives the same values") {
  const std::vector<Sample> samples = samples_from(1001, 2 * graphs_at_once);
  for (const PhaseFacts& phase : phases) {
    if (!phase.optional) continue;
    INFO("without " << phase.name);
    CompileOptions options = test_options();
    options.disabled_phases = {std::string(phase.name)};
    check_against_interpreter(samples, options);
  }
}

TEST_CASE("any number of threads gives the same bits") {
  const std::vector<Sample> samples = samples_from(2001, 2 * graphs_at_once);
  CompileOptions options = test_options();
  options.threads = 1;
  CompiledProgram alone(joined(samples), bound_rows, options);
  for (const int threads : {2, 3}) {
    options.threads = threads;
    CompiledProgram together(joined(samples), bound_rows, options);
    for (const Sample& sample : samples) {
      INFO("seed " << sample.seed << ", " << threads << " threads");
      const Tensors one = alone.run(sample.name(), sample.inputs), several = together.run(sample.name(), sample.inputs);
      for (size_t r = 0; r < one.size(); ++r) CHECK(same_bits(array_of(one[r]), array_of(several[r])));
    }
  }
}

TEST_CASE("rows that are not given do not count, at any number of them") {
  for (const Sample& sample : samples_from(3001, graphs_at_once)) {
    CompiledProgram exact(sample.program, given_rows), wide(sample.program, 7 * given_rows);
    const Tensors expected = exact.run(sample.name(), sample.inputs), found = wide.run(sample.name(), sample.inputs);
    const std::vector<double> moved = sensitivities(sample, expected);
    for (size_t r = 0; r < expected.size(); ++r) {
      if (nearly_zero_apart(found[r], expected[r])) continue;
      const std::string differs = difference(found[r], expected[r], 1e-5 + 5 * moved[r]);
      INFO("seed " << sample.seed << ", result " << r << ": " << differs);
      CHECK(differs.empty());
    }
  }
}

}  // namespace stator::tests
