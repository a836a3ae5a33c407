// The rows once more, op by op: values and gradients are the interpreter's.
#include "tests/catch.h"
#include "tests/ops/compare.h"
#include "tests/ops/draw.h"
#include "tests/ops/rows.h"
#include "tests/ops/run.h"
#include "tests/ops/run_eagerly.h"

namespace stator::tests {

namespace {

constexpr long given_rows = 5;

/// One variant of drawn values, with its gradients. The context is shared: kernels are compiled once.
void check_eagerly(Eager& eager, const Row& row, const Variant& variant) {
  const bool differentiable = row.differentiable() && !variant.special;
  const ProgramGraph program = differentiable ? with_gradients(variant.program).program : variant.program;
  if (!can_run_eagerly(program)) return;
  const Function& function = program.functions[0];
  const size_t operands = variant.program.functions[0].inputs.size();
  std::vector<TensorValue> inputs;
  for (size_t i = 0; i < function.inputs.size(); ++i) {
    const TensorSpec& spec = function.inputs[i];
    if (i >= operands) inputs.push_back(draw_uniform(spec, given_rows, 0.2, 1.2, variant.name, i));
    else inputs.push_back((variant.special ? draw_special : draw)(spec, given_rows, row.domain(i), variant.name, i));
  }
  const auto expected = interpreted(program, variant.name, given_rows, inputs);
  const auto found = run_eagerly(eager, program, inputs);
  REQUIRE(found.size() == expected.size());
  for (size_t i = 0; i < found.size(); ++i) {
    const std::string differs = difference(found[i], expected[i], row.tolerance());
    INFO(variant.name << ": result " << i << ": " << differs);
    CHECK(differs.empty());
  }
}

/// Of each row the first variants of drawn values; all of them would compile for minutes.
void check_eagerly(const std::vector<Row>& rows) {
  Eager eager({.threads = 2, .cache = "off"});
  for (const Row& row : rows) {
    int left = 2;
    for (const Variant& variant : row.variants())
      if (variant.torch_case.empty() && left-- > 0) check_eagerly(eager, row, variant);
  }
}

}  // namespace

TEST_CASE("elementwise ops are computed at once") {
  check_eagerly(elementwise_rows());
  check_eagerly(math_rows());
  check_eagerly(activation_rows());
}
TEST_CASE("reductions, products and convolutions are computed at once") {
  check_eagerly(reduction_rows());
  check_eagerly(contraction_rows());
  check_eagerly(convolution_rows());
  check_eagerly(window_rows());
  check_eagerly(statistics_rows());
  check_eagerly(extremes_rows());
}
TEST_CASE("ops that move elements are computed at once") {
  check_eagerly(movement_rows());
  check_eagerly(arrange_rows());
  check_eagerly(indexing_rows());
  check_eagerly(repeat_rows());
  check_eagerly(source_rows());
}
TEST_CASE("layers and losses are computed at once") {
  check_eagerly(normalization_rows());
  check_eagerly(loss_rows());
  check_eagerly(class_loss_rows());
  check_eagerly(margin_loss_rows());
  check_eagerly(attention_rows());
  check_eagerly(transformer_rows());
}
TEST_CASE("loops run step by step") {
  check_eagerly(scan_rows());
  check_eagerly(recurrent_rows());
}

}  // namespace stator::tests
