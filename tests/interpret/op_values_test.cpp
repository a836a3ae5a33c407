// The interpreter's values against values worked out by hand: at the edges, and of ops that PyTorch does not have.
// That of every other op is compared with PyTorch's in tests/ops.
#include <cmath>
#include <limits>

#include "runtime/philox.h"
#include "tests/catch.h"
#include "tests/interpret/one_op.h"

namespace stator::tests {
namespace {

using Elements = std::vector<double>;

struct ValueCase {
  OneOp op;
  std::vector<Elements> operands;
  Elements expected;
};

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

ValueCase unary(const std::string& name, Elements x, Elements expected) {
  std::string type = "tensor<" + std::to_string(x.size()) + "xf64>";
  return {{"stator." + name + " %0", {type}, type}, {x}, expected};
}

ValueCase binary(const std::string& name, Elements a, Elements b, Elements expected, const std::string& operand = "f64",
                 const std::string& result = "f64") {
  std::string extent = "tensor<" + std::to_string(a.size()) + "x";
  std::string type = extent + operand + ">";
  return {{"stator." + name + " %0, %1", {type, type}, extent + result + ">"}, {a, b}, expected};
}

std::vector<ValueCase> unary_cases() {
  return {
      unary("neg", {1, -2, inf}, {-1, 2, -inf}),
      unary("abs", {-3, 4, nan}, {3, 4, nan}),
      unary("sign", {-3, 0, 5}, {-1, 0, 1}),
      unary("square", {-3, 0.5}, {9, 0.25}),
      unary("exp", {0, 1, -inf}, {1, std::exp(1.0), 0}),
      unary("log", {1, std::exp(2.0), 0}, {0, 2, -inf}),
      unary("sqrt", {9, 2, -1}, {3, std::sqrt(2.0), nan}),
      unary("rsqrt", {4, 0.25}, {0.5, 2}),
      unary("reciprocal", {4, -0.5}, {0.25, -2}),
      unary("tanh", {0, inf, 0.5}, {0, 1, std::tanh(0.5)}),
      unary("sigmoid", {0, inf, -inf}, {0.5, 1, 0}),
      unary("relu", {-1, 2, nan}, {0, 2, nan}),
      unary("detach", {1, 2}, {1, 2}),
  };
}

std::vector<ValueCase> binary_cases() {
  Elements a{1, 2, nan, 3}, b{2, 2, 1, 1};
  Elements t{0, 0, 1, 1}, u{0, 1, 0, 1};
  return {
      binary("add", {1, 2}, {10, 20}, {11, 22}),
      binary("sub", {1, 2}, {10, 20}, {-9, -18}),
      binary("shifted_gradient", {1, -inf}, {10, nan}, {1, -inf}),
      binary("mul", {3, 2}, {10, 20}, {30, 40}),
      binary("div", {1, 0, 1}, {4, 0, 0}, {0.25, nan, inf}),
      binary("maximum", a, b, {2, 2, nan, 3}),
      binary("maximum", b, a, {2, 2, nan, 3}),
      binary("minimum", a, b, {1, 2, nan, 1}),
      binary("minimum", b, a, {1, 2, nan, 1}),
      binary("pow", {2, 4, -1}, {3, 0.5, 0.5}, {8, 2, nan}),
      binary("equal", a, b, {0, 1, 0, 0}, "f64", "i1"),
      binary("not_equal", a, b, {1, 0, 1, 1}, "f64", "i1"),
      binary("less", a, b, {1, 0, 0, 0}, "f64", "i1"),
      binary("less_equal", a, b, {1, 1, 0, 0}, "f64", "i1"),
      binary("greater", a, b, {0, 0, 0, 1}, "f64", "i1"),
      binary("greater_equal", a, b, {0, 1, 0, 1}, "f64", "i1"),
      binary("logical_and", t, u, {0, 0, 0, 1}, "i1", "i1"),
      binary("logical_or", t, u, {0, 1, 1, 1}, "i1", "i1"),
      {{"stator.where %0, %1, %2", {"tensor<2xi1>", "tensor<2xf64>", "tensor<2xf64>"}, "tensor<2xf64>"},
       {{1, 0}, {1, 2}, {nan, 4}},
       {1, 4}},
      {{"stator.cast %0", {"tensor<3xf64>"}, "tensor<3xi32>"}, {{1.9, -1.9, 7}}, {1, -1, 7}},
      {{"stator.cast %0", {"tensor<3xi32>"}, "tensor<3xui8>"}, {{300, -1, 7}}, {44, 255, 7}},
      {{"stator.cast %0", {"tensor<3xf64>"}, "tensor<3xi1>"}, {{0, 0.5, nan}}, {0, 1, 1}},
  };
}

std::vector<ValueCase> movement_cases() {
  Elements six{1, 2, 3, 4, 5, 6};
  return {
      {{"stator.broadcast %0", {"tensor<2x1xf64>"}, "tensor<2x3xf64>"}, {{1, 2}}, {1, 1, 1, 2, 2, 2}},
      {{"stator.reshape %0", {"tensor<2x3xf64>"}, "tensor<6xf64>"}, {six}, six},
      {{"stator.permute %0 {axes = array<i64: 1, 0>}", {"tensor<2x3xf64>"}, "tensor<3x2xf64>"},
       {six},
       {1, 4, 2, 5, 3, 6}},
      {{"stator.slice %0 {start = array<i64: 1, 0>, stop = array<i64: -1, 3>, step = array<i64: 1, 2>}",
        {"tensor<2x3xf64>"},
        "tensor<1x2xf64>"},
       {six},
       {4, 6}},
      {{"stator.pad %0 {low = array<i64: 1>, high = array<i64: 0>, interior = array<i64: 2>, value = 9.0}",
        {"tensor<2xf64>"},
        "tensor<5xf64>"},
       {{1, 2}},
       {9, 1, 9, 9, 2}},
      {{"stator.flip %0 {axes = array<i64: 1>}", {"tensor<2x3xf64>"}, "tensor<2x3xf64>"}, {six}, {3, 2, 1, 6, 5, 4}},
      {{"stator.sum %0 {axes = array<i64: 0>}", {"tensor<2x3xf64>"}, "tensor<1x3xf64>"}, {six}, {5, 7, 9}},
      {{"stator.sum %0 {axes = array<i64: 0>}", {"tensor<0xf64>"}, "tensor<1xf64>"}, {{}}, {0}},
      {{"stator.max %0 {axes = array<i64: 1>}", {"tensor<2x3xf64>"}, "tensor<2x1xf64>"},
       {{1, nan, 3, 4, 9, 6}},
       {nan, 9}},
      {{"stator.argmax %0 {axis = 1 : i64}", {"tensor<3x3xf64>"}, "tensor<3x1xi64>"},
       {{1, 5, 5, nan, 9, nan, -inf, -inf, -inf}},
       {1, 0, 0}},
      {{"stator.constant {value = 0.5}", {}, "tensor<2xf64>"}, {}, {0.5, 0.5}},
      {{"stator.iota {axis = 1 : i64}", {}, "tensor<2x3xi64>"}, {}, {0, 1, 2, 0, 1, 2}},
      {{"stator.count %0 {axes = array<i64: 0, 1>}", {"tensor<2x3xf64>"}, "tensor<f64>"}, {six}, {6}},
  };
}

std::vector<ValueCase> window_cases() {
  const std::string conv = " {stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>, groups = 1 : i64";
  const std::string padded = conv + ", padding = array<i64: 0, 0, 1, 0>}", last = conv + ", channels_first = false}",
                    first = conv + ", channels_first = true}";
  const std::string window =
      " {kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>, padding = array<i64: 0, 0, 0, 0>, "
      "dilation = array<i64: 1, 1>, axes = array<i64: 2, 3>";
  const std::string pool = window + "}", mean = window + ", divisor = 4 : i64}";
  Elements square{1, 2, 3, 4}, weight{10, 1};
  return {
      {{"stator.matmul %0, %1", {"tensor<2x2xf64>", "tensor<2x1xf64>"}, "tensor<2x1xf64>"}, {square, weight}, {12, 34}},
      {{"stator.conv2d %0, %1" + padded, {"tensor<1x1x2x2xf64>", "tensor<1x1x1x2xf64>"}, "tensor<1x1x2x2xf64>"},
       {square, weight},
       {1, 12, 3, 34}},
      {{"stator.conv2d_input_grad %0, %1" + padded,
        {"tensor<1x1x2x2xf64>", "tensor<1x1x1x2xf64>"},
        "tensor<1x1x2x2xf64>"},
       {square, weight},
       {21, 2, 43, 4}},
      {{"stator.conv2d_weight_grad %0, %1" + padded,
        {"tensor<1x1x2x2xf64>", "tensor<1x1x2x2xf64>"},
        "tensor<1x1x1x2xf64>"},
       {square, {1, 1, 1, 1}},
       {4, 10}},
      {{"stator.convolution %0, %1" + last, {"tensor<1x1x2x2xf64>", "tensor<1x1x2x2xf64>"}, "tensor<1x1x2x2xf64>"},
       {square, {1, 10, 100, 1000}},
       {201, 2010, 403, 4030}},
      {{"stator.convolution %0, %1" + first, {"tensor<1x2x1x2xf64>", "tensor<1x1x2x2xf64>"}, "tensor<1x2x1x2xf64>"},
       {square, {1, 10, 100, 1000}},
       {301, 402, 3010, 4020}},
      {{"stator.convolution_weight_grad %0, %1" + last,
        {"tensor<1x1x2x2xf64>", "tensor<1x1x2x1xf64>"},
        "tensor<1x1x2x1xf64>"},
       {square, {1, 10}},
       {31, 42}},
      {{"stator.convolution_weight_grad %0, %1" + last,
        {"tensor<2x1x2x1xf64>", "tensor<2x1x2x1xf64>"},
        "tensor<2x1x1x1x1xf64>"},
       {square, {1, 10, 100, 1000}},
       {21, 4300}},
      {{"stator.max_pool2d %0" + pool, {"tensor<1x1x2x2xf64>"}, "tensor<1x1x1x1xf64>"}, {{1, 5, 3, 4}}, {5}},
      {{"stator.max_pool2d %0" + pool, {"tensor<1x1x2x2xf64>"}, "tensor<1x1x1x1xf64>"}, {{1, nan, 3, 4}}, {nan}},
      {{"stator.max_pool2d_indices %0" + pool, {"tensor<1x1x2x2xf64>"}, "tensor<1x1x1x1xi64>"}, {{1, 5, 3, 5}}, {1}},
      {{"stator.max_pool2d_indices %0" + pool, {"tensor<1x1x2x2xf64>"}, "tensor<1x1x1x1xi64>"}, {{1, 5, nan, 6}}, {2}},
      {{"stator.avg_pool2d %0" + mean, {"tensor<1x1x2x2xf64>"}, "tensor<1x1x1x1xf64>"}, {square}, {2.5}},
      {{"stator.max_pool2d_grad %0, %1" + pool, {"tensor<1x1x2x2xf64>", "tensor<1x1x1x1xf64>"}, "tensor<1x1x2x2xf64>"},
       {{1, 5, 5, 4}, {7}},
       {0, 7, 0, 0}},
      {{"stator.avg_pool2d_grad %0" + mean, {"tensor<1x1x1x1xf64>"}, "tensor<1x1x2x2xf64>"}, {{8}}, {2, 2, 2, 2}},
  };
}

std::vector<ValueCase> all_cases() {
  std::vector<ValueCase> cases;
  for (auto family : {unary_cases(), binary_cases(), movement_cases(), window_cases()})
    cases.insert(cases.end(), family.begin(), family.end());
  return cases;
}

bool same(double a, double b) {
  return (std::isnan(a) && std::isnan(b)) || a == b || std::abs(a - b) <= 1e-15 * std::abs(b);
}

}  // namespace

TEST_CASE("each op has the value worked out by hand") {
  for (const ValueCase& test : all_cases()) {
    Elements computed = test.op.run(test.operands);
    INFO(test.op.text);
    REQUIRE(computed.size() == test.expected.size());
    for (size_t i = 0; i < computed.size(); ++i) {
      INFO("element " << i << ": " << computed[i] << " instead of " << test.expected[i]);
      CHECK(same(computed[i], test.expected[i]));
    }
  }
}

TEST_CASE("random_uniform draws what the runtime's Philox does") {
  OneOp draw{"stator.random_uniform %0, %1 {site = 7 : i64, occurrence = 2 : i64}",
             {"tensor<i64>", "tensor<i64>"},
             "tensor<2x3xf32>"};
  Elements drawn = draw.run({{5}, {11}});
  RandomStream stream{5, 11, 7 + 2 * 0x9E3779B9u};
  for (size_t i = 0; i < drawn.size(); ++i) CHECK(drawn[i] == static_cast<double>(uniform(stream, i)));
}

TEST_CASE("a fusion means its region") {
  auto results = run_module(R"(func.func @main(%x: tensor<2xf64>) -> (tensor<2xf64>, tensor<2xf64>) {
    %0:2 = stator.fusion kind "map" (%x) : (tensor<2xf64>) -> (tensor<2xf64>, tensor<2xf64>) {
    ^bb0(%a: tensor<2xf64>):
      %b = stator.square %a : (tensor<2xf64>) -> tensor<2xf64>
      %c = stator.add %a, %b : (tensor<2xf64>, tensor<2xf64>) -> tensor<2xf64>
      stator.yield %b, %c : tensor<2xf64>, tensor<2xf64>
    }
    return %0#1, %0#0 : tensor<2xf64>, tensor<2xf64>
  })",
                            {value_of("tensor<2xf64>", {2, 3})});
  CHECK(results[0].elements == Elements{6, 12});
  CHECK(results[1].elements == Elements{4, 9});
}

}  // namespace stator::tests
