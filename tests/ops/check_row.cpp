// What every row of the tests of ops is put through.
#include "tests/ops/check_row.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "runtime/text.h"
#include "tests/catch.h"
#include "tests/ops/compare.h"
#include "tests/ops/draw.h"
#include "tests/ops/run.h"
#include "tests/ops/torch_cases.h"

namespace stator::tests {

namespace {

using Tensors = std::vector<TensorValue>;

constexpr long bound_rows = 8, given_rows = 5;  // of symbolic axes
constexpr size_t most_elements_to_differentiate = 5000, most_elements_in_f64 = 10000;

/// A variant with its gradients, and the values that it is run on.
struct Trial {
  const Variant& variant;
  size_t result_count;
  WithGradients graph;
  Tensors inputs;  // cotangents too

  const std::string& name() const { return variant.name; }
};

size_t element_count(const Tensors& tensors) {
  size_t most = 0;
  for (const TensorValue& tensor : tensors) most = std::max(most, tensor.elements.size());
  return most;
}

const TorchCase& torch_case_of(const Variant& variant) { return torch_case(variant.torch_case, variant.torch_names); }

WithGradients graph_of(const Row& row, const Variant& variant) {
  const bool given = !variant.torch_case.empty();
  if (!row.differentiable() || variant.special || (given && !torch_case_of(variant).has_gradients()))
    return {variant.program, {}, {}};
  return with_gradients(variant.program);
}

/// The cotangent of a result that nothing is differentiated through.
TensorValue zeros_like(TensorValue value) {
  std::fill(value.elements.begin(), value.elements.end(), 0.0);
  if (value.dtype == DType::f64) value.dtype = DType::f32;
  return value;
}

Trial trial_of(const Row& row, const Variant& variant) {
  Trial made{variant, variant.program.functions[0].graph.results.size(), graph_of(row, variant), {}};
  const Function& function = made.graph.program.functions[0];
  const size_t operands = variant.program.functions[0].inputs.size();
  if (!variant.torch_case.empty()) {
    const TorchCase& given = torch_case_of(variant);
    made.inputs = given.inputs;
    for (int result : made.graph.cotangent_of) {
      const TorchResult& of = given.results.at(result);
      made.inputs.push_back(of.cotangent ? *of.cotangent : zeros_like(of.value));
    }
    return made;
  }
  const auto drawn = variant.special ? draw_special : draw;
  for (size_t i = 0; i < operands; ++i)
    made.inputs.push_back(drawn(function.inputs[i], given_rows, row.domain(i), variant.name, i));
  for (size_t i = operands; i < function.inputs.size(); ++i)
    made.inputs.push_back(draw_uniform(function.inputs[i], given_rows, 0.2, 1.2, variant.name, i));
  return made;
}

std::vector<Trial> trials_of(const Row& row) {
  std::vector<Trial> trials;
  for (const Variant& variant : row.variants()) trials.push_back(trial_of(row, variant));
  return trials;
}

/// Which result of a trial a message speaks of.
std::string result_name(const Trial& trial, size_t index) {
  if (index < trial.result_count) return concat(trial.name(), ": result ", index);
  return concat(trial.name(), ": gradient of input ", trial.graph.gradient_of[index - trial.result_count]);
}

/// Whether all were close.
bool check_results(const Trial& trial, const std::string& what, const Tensors& found, const Tensors& expected,
                   double tolerance) {
  REQUIRE(found.size() == expected.size());
  bool close = true;
  for (size_t i = 0; i < found.size(); ++i) {
    const std::string differs = difference(found[i], expected[i], tolerance);
    INFO(what << " of " << result_name(trial, i) << ": " << differs);
    CHECK(differs.empty());
    close = close && differs.empty();
  }
  return close;
}

/// Whether the values are those of a reference case.
bool is_given(const Trial& trial) { return !trial.variant.torch_case.empty(); }

/// All results that the row gives, and all gradients that PyTorch gives: whether they are close.
bool check_torch(const Trial& trial, const std::string& what, const Tensors& found, double tolerance) {
  const TorchCase& given = torch_case_of(trial.variant);
  REQUIRE(given.results.size() >= trial.result_count);
  Tensors expected;
  for (size_t i = 0; i < trial.result_count; ++i) expected.push_back(given.results[i].value);
  Tensors compared(found.begin(), found.begin() + static_cast<long>(trial.result_count));
  for (size_t k = 0; k < trial.graph.gradient_of.size(); ++k) {
    const std::optional<TensorValue>& gradient = given.gradients[trial.graph.gradient_of[k]];
    if (!gradient) continue;
    expected.push_back(*gradient);
    compared.push_back(found[trial.result_count + k]);
  }
  const auto given_gradients =
      std::count_if(given.gradients.begin(), given.gradients.end(), [](auto& g) { return !!g; });
  INFO(trial.name() << ": PyTorch gives " << given_gradients << " gradients");
  if (!trial.graph.cotangent_of.empty()) CHECK(compared.size() == trial.result_count + given_gradients);
  return check_results(trial, what, compared, expected, tolerance);
}

/// What of a reference case a trial did not compare.
std::string left_out(const Trial& trial) {
  const TorchCase& all = torch_case(trial.variant.torch_case);
  if (all.results.size() > trial.result_count)
    return concat(trial.result_count, " of ", all.results.size(), " results");
  return all.has_gradients() && trial.graph.cotangent_of.empty() ? "without gradients" : "";
}

/// The names of the reference cases that have passed so far; one that fails is taken out.
using Passed = std::set<std::string>;

/// All trials' functions as one program, so that they are compiled at once.
ProgramGraph joined(const std::vector<Trial>& trials) {
  ProgramGraph all;
  for (const Trial& trial : trials) {
    all.functions.push_back(trial.graph.program.functions[0]);
    if (!trial.graph.program.slots.empty()) all.slots = trial.graph.program.slots;
  }
  return all;
}

bool draws(const ProgramGraph& program) { return !program.slots.empty(); }

void check_compiled(const Row& row, const std::vector<Trial>& trials, const std::vector<Tensors>& expected,
                    Passed& passed) {
  CompiledProgram compiled(joined(trials), bound_rows);
  for (size_t i = 0; i < trials.size(); ++i) {
    const Tensors found = compiled.run(trials[i].name(), trials[i].inputs);
    check_results(trials[i], "compiled f32 against interpreter", found, expected[i], row.tolerance());
    if (is_given(trials[i]) && !check_torch(trials[i], "compiled f32 against PyTorch", found, 1e-5))
      passed.erase(trials[i].name());
  }
}

void check_compiled_f64(const Row& row, const std::vector<Trial>& trials, const std::vector<Tensors>& expected,
                        Passed& passed) {
  std::vector<Trial> wide;
  std::vector<size_t> places;
  for (size_t i = 0; i < trials.size(); ++i) {
    if (draws(trials[i].graph.program) || element_count(trials[i].inputs) > most_elements_in_f64) continue;
    wide.push_back(trials[i]);
    places.push_back(i);
    wide.back().graph.program = widened(trials[i].graph.program);
    for (TensorValue& input : wide.back().inputs)
      if (input.dtype == DType::f32) input.dtype = DType::f64;
  }
  CompiledProgram compiled(joined(wide), bound_rows);
  for (size_t i = 0; i < wide.size(); ++i) {
    const Tensors found = compiled.run(wide[i].name(), wide[i].inputs);
    check_results(wide[i], "compiled f64 against interpreter", found, expected[places[i]], 1e-6 * row.tolerance());
    if (is_given(wide[i]) && !check_torch(wide[i], "compiled f64 against PyTorch", found, 1e-10))
      passed.erase(wide[i].name());
  }
}

/// sum over float results of result * cotangent.
double weighted_sum(const Trial& trial, const Tensors& inputs) {
  const Tensors results = interpreted(trial.graph.program, trial.name(), given_rows, inputs);
  const size_t operands = inputs.size() - trial.graph.cotangent_of.size();
  double sum = 0;
  for (size_t k = 0; k < trial.graph.cotangent_of.size(); ++k) {
    const TensorValue& result = results[trial.graph.cotangent_of[k]];
    for (size_t i = 0; i < result.elements.size(); ++i) sum += result.elements[i] * inputs[operands + k].elements[i];
  }
  return sum;
}

/// The gradients against (f(x + h u) - f(x - h u)) / 2h for one random direction u.
void check_derivative(const Trial& trial, const Tensors& expected) {
  const double h = 1e-5;
  Tensors ahead = trial.inputs, behind = trial.inputs;
  double slope = 0, terms = 0;
  for (size_t k = 0; k < trial.graph.gradient_of.size(); ++k) {
    const int input = trial.graph.gradient_of[k];
    if (is_given(trial) && !torch_case_of(trial.variant).gradients[input]) continue;  // a target with kinks, say
    const TensorValue& gradient = expected[trial.result_count + k];
    const TensorSpec& spec = trial.variant.program.functions[0].inputs[input];
    const TensorValue direction = draw_uniform(spec, given_rows, -1, 1, trial.name(), 500 + input);
    for (size_t i = 0; i < direction.elements.size(); ++i) {
      const double along = direction.elements[i], term = along * gradient.elements[i];
      ahead[input].elements[i] += h * along;
      behind[input].elements[i] -= h * along;
      slope += term, terms += std::abs(term);
    }
  }
  const double found = (weighted_sum(trial, ahead) - weighted_sum(trial, behind)) / (2 * h);
  INFO(trial.name() << ": the gradients say " << slope << " along a direction, central differences " << found);
  CHECK(std::abs(found - slope) <= 1e-6 * terms + 1e-8);
}

/// Reference values where kinks meet, or that a loss bounds, have PyTorch's choice of gradient, which is no derivative;
/// a row of padding has none.
bool has_derivative(const Trial& trial) {
  const std::string& name = trial.variant.torch_case;
  const bool kinks = name.ends_with("__edges") || name.ends_with("ties") || name.ends_with("__special") ||
                     name.ends_with("zero_base") || name.ends_with("_zero") || name.ends_with("_inf") ||
                     name.starts_with("embedding__padding_idx") || name.ends_with("__saturated_none");
  return !kinks && !trial.graph.gradient_of.empty() && element_count(trial.inputs) <= most_elements_to_differentiate &&
         element_count(trial.inputs) > 0;
}

}  // namespace

void check(const Row& row) {
  const std::vector<Trial> trials = trials_of(row);
  std::vector<Tensors> expected;
  Passed passed;
  for (const Trial& trial : trials)
    expected.push_back(interpreted(trial.graph.program, trial.name(), given_rows, trial.inputs));
  for (size_t i = 0; i < trials.size(); ++i) {
    if (is_given(trials[i]) && check_torch(trials[i], "interpreter against PyTorch", expected[i], 1e-10))
      passed.insert(trials[i].name());
    if (has_derivative(trials[i])) check_derivative(trials[i], expected[i]);
  }
  check_compiled(row, trials, expected, passed);
  check_compiled_f64(row, trials, expected, passed);
  for (const Trial& trial : trials)
    if (passed.contains(trial.name())) record_passed(trial.name(), left_out(trial));
}

void check_all(const std::vector<Row>& rows) {
  for (const Row& row : rows) SECTION(row.op()) check(row);
}

}  // namespace stator::tests
