// Differentiation of whole functions: shared values, independent values, second derivatives, and what has none.
#include "runtime/error.h"
#include "tests/catch.h"
#include "tests/interpret/one_op.h"

namespace stator::tests {
namespace {

/// A function of x [2] whose loss is the sum of %y; `results` are among %g (d loss / d x) and what follows.
std::string sum_of(const std::string& body, const std::string& gradients, const std::string& results, int count) {
  std::string types;
  for (int i = 0; i < count; ++i) types += (i ? ", " : "") + std::string("tensor<2xf64>");
  return "func.func @main(%x: tensor<2xf64>, %z: tensor<2xf64>) -> (" + types + ") {\n" + body + R"(
    %s = stator.sum %y {axes = array<i64: 0>} : (tensor<2xf64>) -> tensor<1xf64>
    %loss = stator.reshape %s : (tensor<1xf64>) -> tensor<f64>
)" + gradients +
         "\n    return " + results + " : " + types + "\n}";
}

const std::string of_x = "%g = stator.gradient %loss, %x : (tensor<f64>, tensor<2xf64>) -> tensor<2xf64>\n";
const std::string cube = R"(%q = stator.square %x : (tensor<2xf64>) -> tensor<2xf64>
    %y = stator.mul %q, %x : (tensor<2xf64>, tensor<2xf64>) -> tensor<2xf64>)";

std::vector<TensorValue> run(const std::string& module) {
  return run_module(module, {value_of("tensor<2xf64>", {2, 3}), value_of("tensor<2xf64>", {5, 7})});
}

using Elements = std::vector<double>;

}  // namespace

TEST_CASE("a value used twice collects both cotangents") {
  CHECK(run(sum_of(cube, of_x, "%g", 1))[0].elements == Elements{12, 27});
}

TEST_CASE("a value within the function has a gradient too") {
  std::string of_q = "%h = stator.gradient %loss, %q : (tensor<f64>, tensor<2xf64>) -> tensor<2xf64>\n";
  auto results = run(sum_of(cube, of_x + of_q, "%g, %h", 2));
  CHECK(results[0].elements == Elements{12, 27});
  CHECK(results[1].elements == Elements{2, 3});
}

TEST_CASE("a value that the loss does not depend on gets zeros") {
  std::string of_z = "%h = stator.gradient %loss, %z : (tensor<f64>, tensor<2xf64>) -> tensor<2xf64>\n";
  CHECK(run(sum_of(cube, of_x + of_z, "%h", 1))[0].elements == Elements{0, 0});
}

TEST_CASE("detach lets no gradient through") {
  std::string body = R"(%d = stator.detach %x : (tensor<2xf64>) -> tensor<2xf64>
    %y = stator.mul %d, %x : (tensor<2xf64>, tensor<2xf64>) -> tensor<2xf64>)";
  CHECK(run(sum_of(body, of_x, "%g", 1))[0].elements == Elements{2, 3});
}

TEST_CASE("a gradient can be differentiated again") {
  std::string again = of_x + R"(%t = stator.sum %g {axes = array<i64: 0>} : (tensor<2xf64>) -> tensor<1xf64>
    %l = stator.reshape %t : (tensor<1xf64>) -> tensor<f64>
    %h = stator.gradient %l, %x : (tensor<f64>, tensor<2xf64>) -> tensor<2xf64>
)";
  CHECK(run(sum_of(cube, again, "%h", 1))[0].elements == Elements{12, 18});
}

TEST_CASE("the loss is its own gradient's one") {
  auto results = run_module(R"(func.func @main(%x: tensor<f64>) -> tensor<f64> {
    %g = stator.gradient %x, %x : (tensor<f64>, tensor<f64>) -> tensor<f64>
    return %g : tensor<f64>
  })",
                            {value_of("tensor<f64>", {3})});
  CHECK(results[0].elements == Elements{1});
}

TEST_CASE("an op without a derivative on the way is named") {
  std::string module = R"(func.func @main(%x: tensor<1x1x2x2xf64>, %d: tensor<1x1x1x1xf64>) -> tensor<1x1x1x1xf64> {
    %y = stator.max_pool2d_grad %x, %d {kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>, padding = array<i64: 0, 0, 0, 0>,
      dilation = array<i64: 1, 1>, axes = array<i64: 2, 3>} : (tensor<1x1x2x2xf64>, tensor<1x1x1x1xf64>) -> tensor<1x1x2x2xf64>
    %s = stator.sum %y {axes = array<i64: 0, 1, 2, 3>} : (tensor<1x1x2x2xf64>) -> tensor<1x1x1x1xf64>
    %l = stator.reshape %s : (tensor<1x1x1x1xf64>) -> tensor<f64>
    %g = stator.gradient %l, %d : (tensor<f64>, tensor<1x1x1x1xf64>) -> tensor<1x1x1x1xf64>
    return %g : tensor<1x1x1x1xf64>
  })";
  CHECK_THROWS_WITH(run_module(module, {}), ContainsSubstring("max_pool2d_grad: it has no derivative"));
}

}  // namespace stator::tests
