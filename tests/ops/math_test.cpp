// Rows of elementwise functions made of others, and of activations.
#include "dsl/ops/math.h"
#include "dsl/ops/piecewise.h"
#include "dsl/stator.h"
#include "tests/catch.h"
#include "tests/ops/check_row.h"
#include "tests/ops/rows.h"
#include "tests/ops/unary_row.h"

namespace stator::tests {

namespace {

using X = F<3, 5>;

#define STATOR_COMPOSED(NAME, ...) composed(#NAME, __VA_ARGS__, [](const auto& x) { return NAME(x); })
#define STATOR_COMPOSED_OF_TWO(NAME, ...) \
  composed_of_two(#NAME, __VA_ARGS__, [](const auto& a, const auto& b) { return NAME(a, b); })

/// Functions that give truth: no gradients.
std::vector<Row> truth_rows() {
  std::vector<Row> rows;
  rows.push_back(STATOR_COMPOSED(isnan, Domain{}).without_gradient());
  rows.push_back(STATOR_COMPOSED(isinf, Domain{}).without_gradient());
  rows.push_back(STATOR_COMPOSED(isfinite, Domain{}).without_gradient());
  rows.push_back(Row("logical_not")
                     .at<Tensor<boolean, 17>>([](auto x) { return logical_not(x); })
                     .torch(plain_cases("logical_not"), [](auto& in) { return logical_not(in[0]); }));
  rows.push_back(Row("logical_xor")
                     .at<Tensor<boolean, 17>, Tensor<boolean, 3, 1>>([](auto a, auto b) { return logical_xor(a, b); })
                     .torch(plain_cases("logical_xor"), [](auto& in) { return logical_xor(in[0], in[1]); }));
  return rows;
}

std::vector<Row> function_rows() {
  constexpr Domain around{}, inside{-0.9, 0.9}, positive{0.2, 4}, above_one{1.1, 4};
  return {
      STATOR_COMPOSED(sinh, around),           STATOR_COMPOSED(cosh, around),    STATOR_COMPOSED(asinh, around),
      STATOR_COMPOSED(acosh, above_one),       STATOR_COMPOSED(atanh, inside),   STATOR_COMPOSED(exp2, around),
      STATOR_COMPOSED(log2, positive),         STATOR_COMPOSED(log10, positive), STATOR_COMPOSED(erfc, around),
      STATOR_COMPOSED_OF_TWO(hypot, {around}),
  };
}

Row clamp_row() {
  Row row("clamp");
  row.at<F<batch, 17>>([](auto x) { return clamp(x, -0.5, 1.0); })
      .at<F<batch, 9>, F<9>, F<batch, 1>>([](auto x, auto low, auto high) { return clamp(x, low, high); })
      .torch<X>("clamp__both", [](auto x) { return clamp(x, -0.5, 1.0); })
      .torch<X>("clamp__crossed", [](auto x) { return clamp(x, 1.0, -1.0); })
      .torch<F<5>>("clamp__edges", [](auto x) { return clamp(x, -1.0, 1.0); })
      .torch<X>("clamp__max", [](auto x) { return clamp_max(x, 0.5); })
      .torch<X>("clamp__min", [](auto x) { return clamp_min(x, 0.0); })
      .torch<F<3, 4>, F<4>, F<3, 1>>("clamp__tensor", [](auto x, auto low, auto high) { return clamp(x, low, high); });
  return row;
}

Row prelu_row() {
  constexpr auto body = [](auto x, auto weight) { return prelu(x, weight); };
  Row row("prelu");
  row.at<F<batch, 17>, F<17>>(body)
      .torch<F<2, 3, 4>, F<1>>("prelu__one", body)
      .torch<F<2, 3, 4>, F<3>>("prelu__per_channel", body)
      .torch<F<4, 3>, F<3>>("prelu__per_channel_2d", body);
  return row;
}

std::vector<Row> piecewise_rows() {
  constexpr Domain far{-6, 6}, around{};
  return {
      STATOR_COMPOSED(relu6, far),
      STATOR_COMPOSED(hardsigmoid, far).without_gradient(),  // PyTorch takes 1 / 6 in f32
      STATOR_COMPOSED(hardswish, far),
      STATOR_COMPOSED(selu, far),
      STATOR_COMPOSED(softsign, far),
      STATOR_COMPOSED(logsigmoid, far),
      STATOR_COMPOSED(mish, far),
      STATOR_COMPOSED(tanhshrink, far),
      STATOR_COMPOSED(hardtanh, far)
          .torch<X>("hardtanh__-1.0_1.0", [](auto x) { return hardtanh(x); })
          .torch<X>("hardtanh__-2.0_0.5", [](auto x) { return hardtanh(x, -2, 0.5); })
          .torch<F<5>>("hardtanh__edges", [](auto x) { return hardtanh(x); }),
      STATOR_COMPOSED(celu, far)
          .torch<X>("celu__alpha1.0", [](auto x) { return celu(x); })
          .torch<X>("celu__alpha2.0", [](auto x) { return celu(x, 2); }),
      STATOR_COMPOSED(softshrink, far)
          .torch<X>("softshrink__lambd0.5", [](auto x) { return softshrink(x); })
          .torch<X>("softshrink__lambd1.0", [](auto x) { return softshrink(x, 1); }),
      STATOR_COMPOSED(hardshrink, far)
          .torch<X>("hardshrink__lambd0.5", [](auto x) { return hardshrink(x); })
          .torch<X>("hardshrink__lambd1.0", [](auto x) { return hardshrink(x, 1); }),
      Row("softplus_of_beta")
          .at<F<batch, 33>>([](auto x) { return softplus(x, 3.0); })
          .torch<X>("softplus__beta0.5_threshold1.0", [](auto x) { return softplus(x, 0.5, 1); })
          .torch<X>("softplus__beta2.0_threshold20.0", [](auto x) { return softplus(x, 2); }),
      Row("threshold")
          .at<F<batch, 33>>([](auto x) { return threshold(x, 0.3, -1); })
          .torch<X>("threshold__-0.5_-3.0", [](auto x) { return threshold(x, -0.5, -3); })
          .torch<X>("threshold__0.0_0.0", [](auto x) { return threshold(x, 0, 0); })
          .torch<X>("threshold__0.1_20.0", [](auto x) { return threshold(x, 0.1, 20); })
          .torch<F<3>>("threshold__edges", [](auto x) { return threshold(x, 0.5, 7); }),
      clamp_row(),
      prelu_row(),
      STATOR_COMPOSED(frac, around),
      Row("div_rounded")
          .domains({{-9, 9}, {1, 3}})
          .at<F<batch, 17>, F<17>>([](auto a, auto b) { return std::tuple(div<"floor">(a, b), div<"trunc">(a, b)); })
          .at<Tensor<i64, 17>, Tensor<i64, 3, 1>>(
              [](auto a, auto b) { return std::tuple(div<"floor">(a, b - 7), div<"trunc">(a, b - 7)); })
          .torch<F<3, 4>, F<4>>("div__rounding_floor", [](auto a, auto b) { return div<"floor">(a, b); })
          .torch<F<3, 4>, F<4>>("div__rounding_trunc", [](auto a, auto b) { return div<"trunc">(a, b); }),
      Row("add_of_alpha").torch<F<3, 4>, F<4>>("add__alpha", [](auto a, auto b) { return add(a, b, -0.5); }),
      Row("sub_of_alpha")
          .at<F<3, 4>, F<4>>([](auto a, auto b) { return sub(a, b, -0.5); })
          .torch<F<3, 4>, F<3, 4>>("sub__same", [](auto a, auto b) { return sub(a, b, 1); }),
      Row("lerp").torch<F<3, 4>, F<3, 4>>("lerp", [](auto x, auto end) { return lerp(x, end, 0.3); }),
      Row("addcmul").torch<F<3, 4>, F<3, 1>, F<4>>("addcmul",
                                                   [](auto x, auto a, auto b) { return addcmul(x, a, b, 0.5); }),
      Row("addcdiv").torch<F<3, 4>, F<3, 1>, F<4>>("addcdiv",
                                                   [](auto x, auto a, auto b) { return addcdiv(x, a, b, 0.5); }),
  };
}

}  // namespace

const std::vector<Row>& math_rows() {
  static const std::vector<Row> rows = [] {
    std::vector<Row> all = truth_rows();
    for (const auto& more : {function_rows(), piecewise_rows()}) all.insert(all.end(), more.begin(), more.end());
    return all;
  }();
  return rows;
}

TEST_CASE("elementwise functions made of others") { check_all(math_rows()); }

}  // namespace stator::tests
