// Rows of the elementwise ops: one for each of elementwise.def, and `where` and `cast`.
#include "dsl/stator.h"
#include "tests/catch.h"
#include "tests/ops/check_row.h"
#include "tests/ops/rows.h"
#include "tests/ops/unary_row.h"

namespace stator::tests {

namespace {

using Unary = Value (*)(const Value&);
using Binary = Value (*)(const Value&, const Value&);
using Shapes = std::vector<std::vector<long>>;

/// Scalars, tails of vectors, several axes, and enough for threads.
const Shapes unary_shapes{{}, {1}, {17}, {3, 33}, {2, 3, 5, 7}, {129, 515}};
/// Pairs: equal shapes and each way to broadcast.
const std::vector<std::pair<std::vector<long>, std::vector<long>>> binary_shapes{
    {{3, 17}, {3, 17}}, {{3, 33}, {33}}, {{2, 3, 5}, {3, 1}}, {{5, 1}, {1, 7}},
    {{}, {4, 17}},      {{1}, {1}},      {{129, 515}, {515}}};

/// A unary op over `domain`; those of domain `numeric` also on whole numbers.
template <class Body> Row unary(const std::string& op, Domain domain, bool takes_whole, Body body) {
  const Unary call = body;
  const ValueBody on_values = [call](const std::vector<Value>& in) { return call(in[0]); };
  Row row(op);
  row.domains({domain}).template at<F<3, 17>>(body).template at<F<batch, 17>>(body);
  for (const auto& shape : unary_shapes) row.at({spec_of_extents(DType::f32, shape)}, on_values);
  row.special({spec_of_extents(DType::f32, {3, 33})}, on_values);
  if (takes_whole) row.at({spec_of_extents(DType::i64, {3, 17})}, on_values);
  return row.torch(plain_cases(op), on_values);
}

template <class Body> Row binary_on(const std::string& op, DType dtype, std::vector<Domain> domains, Body body) {
  const Binary call = body;
  Row row(op);
  const ValueBody on_values = [call](const std::vector<Value>& in) { return call(in[0], in[1]); };
  row.domains(std::move(domains));
  for (const auto& [a, b] : binary_shapes) row.at({spec_of_extents(dtype, a), spec_of_extents(dtype, b)}, on_values);
  return row.special({spec_of_extents(dtype, {9, 33}), spec_of_extents(dtype, {9, 33})}, on_values);
}

/// A binary op; those of domain `numeric` also on whole numbers.
template <class Body> Row binary(const std::string& op, std::vector<Domain> domains, bool takes_whole, Body body) {
  const Binary call = body;
  const ValueBody on_values = [call](const std::vector<Value>& in) { return call(in[0], in[1]); };
  Row row = binary_on(op, DType::f32, std::move(domains), body);
  row.template at<F<batch, 1, 9>, F<batch, 4, 1>>(body);
  if (takes_whole) row.at({spec_of_extents(DType::i64, {3, 17}), spec_of_extents(DType::i64, {17})}, on_values);
  return row.torch(plain_cases(op), on_values);
}

/// A comparison of floats with ties, of whole numbers, and of one with the other.
template <class Body> Row comparison(const std::string& op, const std::string& torch_op, Body body) {
  const Binary call = body;
  const ValueBody on_values = [call](const std::vector<Value>& in) { return call(in[0], in[1]); };
  Row row = binary_on(op, DType::f32, {{-2, 2, true}}, body);
  row.at({spec_of_extents(DType::i64, {3, 17}), spec_of_extents(DType::i64, {3, 17})}, on_values)
      .at({spec_of_extents(DType::i64, {3, 17}), spec_of_extents(DType::f32, {17})}, on_values);
  return row.without_gradient().torch(plain_cases(torch_op), on_values);
}

template <class Body> Row logical(const std::string& op, Body body) {
  const Binary call = body;
  return binary_on(op, DType::boolean, {{}}, body)
      .without_gradient()
      .torch(plain_cases(op), [call](const std::vector<Value>& in) { return call(in[0], in[1]); });
}

/// What is left of a division, which has no derivative where it jumps; whole numbers are not divided by 0.
template <class Body> Row remainder_row(const std::string& op, Body body) {
  const Binary call = body;
  const ValueBody on_values = [call](const std::vector<Value>& in) { return call(in[0], in[1]); };
  Row row = binary_on(op, DType::f32, {{-6, 6}, {1, 4}}, body);
  row.at({spec_of_extents(DType::i64, {3, 17}), spec_of_extents(DType::i64, {17})}, on_values);
  for (const std::string& name : torch_cases_of(op)) {
    if (!torch_case(name).attributes.contains("other")) continue;
    const double other = torch_case(name).number("other");
    row.torch(std::vector{name}, [call, other](const std::vector<Value>& in) {
      return call(in[0], stator::detail::number(in[0], other));
    });
  }
  return row.torch(plain_cases(op), on_values);
}

Row pow_row() {
  Row row = binary("pow", {{0.2, 3}, {-2, 2}}, false, [](const auto& a, const auto& b) { return pow(a, b); });
  row.torch<F<3, 4>>("pow__base_scalar", [](auto x) { return pow(2.0, x); }).torch<F<3>>("pow__zero_base", [](auto x) {
    return pow(x, 2.0);
  });
  for (const std::string& name : torch_cases_of("pow")) {
    if (!name.starts_with("pow__scalar_")) continue;
    const double exponent = torch_case(name).number("exponent");
    row.torch(std::vector{name}, [exponent](const std::vector<Value>& in) { return pow(in[0], exponent); });
  }
  return row;
}

/// About the mean of what is summed: elsewhere its gradient is no derivative.
template <int... Axes> constexpr auto variance = [](auto x) {
  return sum<Axes...>(squared_deviation(x, mean<Axes...>(x, keepdim))) / apply<rule::Count{Integers(Axes...)}>(x);
};

Row squared_deviation_row() {
  Row row("squared_deviation");
  row.at<F<3, 17>>(variance<1>)
      .at<F<33, 5>>(variance<0>)
      .at<F<batch, 17>>(variance<0>)
      .at<F<batch, 3, 9>>(variance<0, 2>)
      .at<F<129, 515>>(variance<0, 1>)
      .at<F<3, 17>>([](auto x) { return square(gradient(sum(exp(variance<1>(x))), x)); })  // second derivatives
      .torch<F<2, 3, 4>>("var__dim0_correction0", variance<0>)
      .torch<F<2, 3, 4>>("var__dim1_correction0", variance<1>)
      .torch<F<2, 3, 4>>("var__dim0_2_correction0", variance<0, 2>);
  return row;
}

/// Its value is that of its first operand; behind it stands what no shift changes, so that its gradient is a
/// derivative.
template <int Axis> constexpr auto share_of_sum = [](auto x) {
  auto exponentials = exp(shifted_gradient(x, log(sum<Axis>(exp(x), keepdim))));
  return exponentials / sum<Axis>(exponentials, keepdim);
};

Row shifted_gradient_row() {
  Row row("shifted_gradient");
  row.at<F<3, 17>>(share_of_sum<1>)
      .at<F<33, 5>>(share_of_sum<0>)
      .at<F<batch, 17>>(share_of_sum<0>)
      .at<F<3, 17>>([](auto x) { return square(gradient(sum(square(share_of_sum<1>(x))), x)); });  // second derivatives
  return row;
}

/// The literal forms of add, sub, mul and div: cases of their own in PyTorch's file.
void add_literal_cases(std::vector<Row>& rows) {
  struct Literal {
    const char* op;
    const char* torch_case;
    ValueBody body;
  };
  const Literal literals[]{{"add", "add_scalar", [](auto& in) { return in[0] + 2.5; }},
                           {"add", "radd_scalar", [](auto& in) { return 2.5 + in[0]; }},
                           {"sub", "sub_scalar", [](auto& in) { return in[0] - 2.5; }},
                           {"sub", "rsub_scalar", [](auto& in) { return 2.5 - in[0]; }},
                           {"mul", "mul_scalar", [](auto& in) { return in[0] * 2.5; }},
                           {"div", "div_scalar", [](auto& in) { return in[0] / 2.5; }},
                           {"div", "rdiv_scalar", [](auto& in) { return 2.5 / in[0]; }}};
  for (const Literal& literal : literals)
    for (Row& row : rows)
      if (row.op() == literal.op) row.torch(std::vector<std::string>{literal.torch_case}, literal.body);
}

Row where_row() {
  auto body = [](auto condition, auto a, auto b) { return where(condition, a, b); };
  Row row("where");
  row.at<Tensor<boolean, 3, 17>, F<3, 17>, F<3, 17>>(body)
      .at<Tensor<boolean, 3, 1>, F<33>, F<>>(body)
      .at<Tensor<boolean, batch, 1>, F<batch, 7>, F<7>>(body)
      .at<Tensor<boolean, 17>, Tensor<i64, 17>, Tensor<i64, 17>>(body)
      .at<Tensor<boolean, 129, 515>, F<515>, F<129, 1>>(body)
      .torch<Tensor<boolean, 3, 4>, F<3, 4>, F<3, 4>>("where__same", body)
      .torch<Tensor<boolean, 3, 4>, F<4>, F<3, 4>>("where__row", body)
      .torch<Tensor<boolean, 3, 1>, F<3, 4>, F<>>("where__column", body)
      .torch<Tensor<boolean, 1, 4>, F<3, 1>, F<2, 1, 1>>("where__outer", body);
  return row;
}

Row cast_row() {
  Row row("cast");
  row.domains({{-100, 100}})
      .at<F<3, 17>>([](auto x) { return cast<i64>(x); })
      .at<F<129, 515>>([](auto x) { return cast<i32>(x); })
      .at<F<33>>([](auto x) { return cast<i8>(x); })
      .at<Tensor<i64, 3, 17>>([](auto x) { return cast<f32>(x); })
      .at<Tensor<boolean, 17>>([](auto x) { return cast<f32>(x); })
      .at<Tensor<boolean, 17>>([](auto x) { return cast<i64>(x); })
      .at<F<3, 17>>([](auto x) { return cast<f32>(cast<f64>(x) * 3.0); })
      .at<F<batch, 17>>([](auto x) { return cast<f32>(cast<i64>(x)) + x; });
  return row;
}

}  // namespace

const std::vector<Row>& elementwise_rows() {
  constexpr Domain around{}, positive{0.2, 4}, far{-6, 6}, inside{-0.9, 0.9};
  constexpr bool numeric = true, real = false;
  static const std::vector<Row> rows = [&] {
    std::vector<Row> made{
        unary("neg", around, numeric, [](const auto& x) { return neg(x); }),
        unary("abs", around, numeric, [](const auto& x) { return abs(x); }),
        unary("sign", around, numeric, [](const auto& x) { return sign(x); }),
        unary("square", around, numeric, [](const auto& x) { return square(x); }),
        unary("exp", around, real, [](const auto& x) { return exp(x); }),
        unary("log", positive, real, [](const auto& x) { return log(x); }),
        unary("log1p", {-0.8, 4}, real, [](const auto& x) { return log1p(x); }),
        unary("sqrt", positive, real, [](const auto& x) { return sqrt(x); }),
        unary("rsqrt", positive, real, [](const auto& x) { return rsqrt(x); }),
        unary("reciprocal", positive, real, [](const auto& x) { return reciprocal(x); }),
        unary("sin", far, real, [](const auto& x) { return sin(x); }),
        unary("cos", far, real, [](const auto& x) { return cos(x); }),
        unary("tan", {-1.3, 1.3}, real, [](const auto& x) { return tan(x); }),
        unary("asin", inside, real, [](const auto& x) { return asin(x); }),
        unary("acos", inside, real, [](const auto& x) { return acos(x); }),
        unary("atan", far, real, [](const auto& x) { return atan(x); }),
        unary("floor", around, numeric, [](const auto& x) { return floor(x); }),
        unary("ceil", around, numeric, [](const auto& x) { return ceil(x); }),
        unary("round", around, numeric, [](const auto& x) { return round(x); }),
        unary("trunc", around, numeric, [](const auto& x) { return trunc(x); }),
        unary("tanh", far, real, [](const auto& x) { return tanh(x); }),
        unary("sigmoid", far, real, [](const auto& x) { return sigmoid(x); }),
        unary("softplus", {-6, 25}, real, [](const auto& x) { return softplus(x); })
            .torch(std::vector<std::string>{"softplus__beta1.0_threshold20.0", "softplus__edges"},
                   [](const std::vector<Value>& in) { return softplus(in[0]); }),
        unary("erf", {-3, 3}, real, [](const auto& x) { return erf(x); }),
        unary("expm1", {-3, 3}, real, [](const auto& x) { return expm1(x); }),
        unary("silu", far, real, [](const auto& x) { return silu(x); }),
        unary("gelu", far, real, [](const auto& x) { return gelu(x); })
            .torch(std::vector<std::string>{"gelu__none", "gelu__none_wide"},
                   [](const std::vector<Value>& in) { return gelu(in[0]); }),
        unary("gelu_tanh", far, real, [](const auto& x) { return gelu_tanh(x); })
            .torch(std::vector<std::string>{"gelu__tanh", "gelu__tanh_wide"},
                   [](const std::vector<Value>& in) { return gelu_tanh(in[0]); }),
        unary("relu", around, numeric, [](const auto& x) { return relu(x); }),
        binary("add", {around}, numeric, [](const auto& a, const auto& b) { return add(a, b); }),
        binary("sub", {around}, numeric, [](const auto& a, const auto& b) { return sub(a, b); }),
        binary("mul", {around}, numeric, [](const auto& a, const auto& b) { return mul(a, b); }),
        binary("div", {around, positive}, real, [](const auto& a, const auto& b) { return div(a, b); }),
        binary("maximum", {around}, numeric, [](const auto& a, const auto& b) { return maximum(a, b); }),
        binary("minimum", {around}, numeric, [](const auto& a, const auto& b) { return minimum(a, b); }),
        remainder_row("fmod", [](const auto& a, const auto& b) { return fmod(a, b); }),
        remainder_row("remainder", [](const auto& a, const auto& b) { return remainder(a, b); }),
        binary("atan2", {around, {0.2, 4}}, real, [](const auto& a, const auto& b) { return atan2(a, b); }),
        pow_row(),
        squared_deviation_row(),
        shifted_gradient_row(),
        comparison("equal", "eq", [](const auto& a, const auto& b) { return equal(a, b); }),
        comparison("not_equal", "ne", [](const auto& a, const auto& b) { return not_equal(a, b); }),
        comparison("less", "lt", [](const auto& a, const auto& b) { return less(a, b); }),
        comparison("less_equal", "le", [](const auto& a, const auto& b) { return less_equal(a, b); }),
        comparison("greater", "gt", [](const auto& a, const auto& b) { return greater(a, b); }),
        comparison("greater_equal", "ge", [](const auto& a, const auto& b) { return greater_equal(a, b); }),
        logical("logical_and", [](const auto& a, const auto& b) { return logical_and(a, b); }),
        logical("logical_or", [](const auto& a, const auto& b) { return logical_or(a, b); }),
        where_row(),
        cast_row(),
    };
    add_literal_cases(made);
    return made;
  }();
  return rows;
}

TEST_CASE("elementwise ops") { check_all(elementwise_rows()); }

}  // namespace stator::tests
