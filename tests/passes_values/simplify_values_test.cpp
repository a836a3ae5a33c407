// simplify changes no value: not of a whole training step, not where NaN, infinities and the sign of zero are at stake.
#include <cmath>
#include <limits>

#include "tests/catch.h"
#include "tests/passes_values/run_passes.h"
#include "tests/passes_values/small_convnet.h"

namespace stator::tests {

TEST_CASE("a training step and a prediction are the same after simplify") {
  Arguments arguments{{}, {{"lr", 0.5}, {"seed", 7}, {"step", 3}, {"valid.batch", 6}}};
  Module before = Module(small_convnet.graph(), {batch = 6}).after("mask,stator-differentiate,bind-symbols");
  Module after = before.after("simplify");
  // Constants are rounded to f32 where they are folded; the interpreter keeps doubles.
  CHECK(error(after.run("train_step", arguments), before.run("train_step", arguments)) < 1e-6);
  CHECK(error(after.run("predict"), before.run("predict")) == 0);
  CHECK(after.count("constant") < before.count("constant"));
}

TEST_CASE("what is not a number stays so") {
  Module module(R"(
func.func @main(%x: tensor<4xf64> {stator.input = 0 : i64}) -> (tensor<4xf64>, tensor<4xf64>, tensor<4xf64>) {
  %zero = stator.constant {value = 0.0 : f64} : tensor<4xf64>
  %a = stator.mul %x, %zero : (tensor<4xf64>, tensor<4xf64>) -> tensor<4xf64>
  %b = stator.add %x, %zero : (tensor<4xf64>, tensor<4xf64>) -> tensor<4xf64>
  %c = stator.sub %x, %x : (tensor<4xf64>, tensor<4xf64>) -> tensor<4xf64>
  return %a, %b, %c : tensor<4xf64>, tensor<4xf64>, tensor<4xf64>
})");
  double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
  Arguments arguments{{TensorValue{DType::f64, {4}, {nan, infinity, -0.0, 1}}}, {}};
  auto results = module.after("simplify").run("main", arguments);
  CHECK(std::isnan(results[0].elements[0]));
  CHECK(std::isnan(results[0].elements[1]));
  CHECK_FALSE(std::signbit(results[1].elements[2]));
  CHECK(std::isnan(results[2].elements[1]));
}

TEST_CASE("what relu's gradient lets through a pooling is told by what is pooled") {
  const Module before(R"(
func.func @main(%x: tensor<2x6x7x3xf64> {stator.input = 0 : i64}, %dy: tensor<2x3x3x3xf64> {stator.input = 1 : i64})
    -> (tensor<2x3x3x3xf64>, tensor<2x6x7x3xf64>) {
  %zero = stator.constant {value = 0.0 : f64} : tensor<2x6x7x3xf64>
  %r = stator.relu %x : (tensor<2x6x7x3xf64>) -> tensor<2x6x7x3xf64>
  %p = stator.max_pool2d %r {kernel = array<i64: 3, 3>, stride = array<i64: 2, 2>, padding = array<i64: 1, 0, 0, 0>, dilation = array<i64: 1, 1>, axes = array<i64: 1, 2>}
    : (tensor<2x6x7x3xf64>) -> tensor<2x3x3x3xf64>
  %g = stator.max_pool2d_grad %r, %dy {kernel = array<i64: 3, 3>, stride = array<i64: 2, 2>, padding = array<i64: 1, 0, 0, 0>, dilation = array<i64: 1, 1>, axes = array<i64: 1, 2>}
    : (tensor<2x6x7x3xf64>, tensor<2x3x3x3xf64>) -> tensor<2x6x7x3xf64>
  %off = stator.less_equal %x, %zero : (tensor<2x6x7x3xf64>, tensor<2x6x7x3xf64>) -> tensor<2x6x7x3xi1>
  %d = stator.where %off, %zero, %g : (tensor<2x6x7x3xi1>, tensor<2x6x7x3xf64>, tensor<2x6x7x3xf64>) -> tensor<2x6x7x3xf64>
  return %p, %d : tensor<2x3x3x3xf64>, tensor<2x6x7x3xf64>
})");
  const Module after = before.after("simplify"), kept = after.after("prepare");
  CHECK(error(after.run("main"), before.run("main")) == 0);
  CHECK(kept.count("max_pool2d_scatter") == 1);
  CHECK(error(kept.run("main"), before.run("main")) == 0);
}

}  // namespace stator::tests
