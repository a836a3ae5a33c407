// Rows of the activations that have attributes; the others are rows of the elementwise ops.
#include "dsl/stator.h"
#include "tests/catch.h"
#include "tests/ops/check_row.h"
#include "tests/ops/rows.h"

namespace stator::tests {

namespace {

Row leaky_relu_row() {
  Row row("leaky_relu");
  row.at<F<3, 17>>([](auto x) { return leaky_relu(x); })
      .at<F<batch, 33>>([](auto x) { return LeakyReLU<0.3>{}(x); })
      .at<Tensor<i64, 17>>([](auto x) { return leaky_relu(x, 0.5); })
      .torch<F<3, 5>>("leaky_relu__slope0.0", [](auto x) { return leaky_relu(x, 0.0); })
      .torch<F<3, 5>>("leaky_relu__slope0.01", [](auto x) { return LeakyReLU<>{}(x); })
      .torch<F<3, 5>>("leaky_relu__slope0.2", [](auto x) { return leaky_relu(x, 0.2); })
      .torch<F<3>>("leaky_relu__edges", [](auto x) { return leaky_relu(x, 0.1); });
  return row;
}

Row elu_row() {
  Row row("elu");
  row.domains({{-6, 100}})  // the exponential of what is not below 0 would overflow
      .at<F<3, 17>>([](auto x) { return elu(x); })
      .at<F<batch, 33>>([](auto x) { return ELU<0.3>{}(x); })
      .at<Tensor<i64, 17>>([](auto x) { return elu(x); })
      .torch<F<3, 5>>("elu__alpha0.5", [](auto x) { return elu(x, 0.5); })
      .torch<F<3, 5>>("elu__alpha1.0", [](auto x) { return ELU<>{}(x); })
      .torch<F<4>>("elu__edges", [](auto x) { return elu(x, 0.5); });
  return row;
}

}  // namespace

const std::vector<Row>& activation_rows() {
  static const std::vector<Row> rows{leaky_relu_row(), elu_row()};
  return rows;
}

TEST_CASE("activations") { check_all(activation_rows()); }

}  // namespace stator::tests
