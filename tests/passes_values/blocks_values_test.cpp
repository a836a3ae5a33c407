// blocks keeps every value: each rule for what becomes of rows, inside a loop and where its results leave it.
#include "tests/catch.h"
#include "tests/passes_values/run_passes.h"

namespace stator::tests {
namespace {

/// Rows through views that move or widen their axis, in products on either side, and summed up at the end.
constexpr auto views = R"(
func.func @main(%x: tensor<6x4x5xf32> {stator.input = 0 : i64}, %w: tensor<5x3xf32>, %t: tensor<7x24xf32>,
                %b: tensor<6x4x3xf32>) -> (tensor<24x3xf32>, tensor<7x3xf32>, tensor<5x3xf32>, tensor<6x3x2xf32>) {
  %r = stator.reshape %x : (tensor<6x4x5xf32>) -> tensor<24x5xf32>
  %y = stator.matmul %r, %w : (tensor<24x5xf32>, tensor<5x3xf32>) -> tensor<24x3xf32>
  %n = stator.reshape %b : (tensor<6x4x3xf32>) -> tensor<24x3xf32>
  %s = stator.add %y, %n : (tensor<24x3xf32>, tensor<24x3xf32>) -> tensor<24x3xf32>
  %k = stator.constant {value = 2.0 : f64} : tensor<24x3xf32>
  %z = stator.mul %s, %k : (tensor<24x3xf32>, tensor<24x3xf32>) -> tensor<24x3xf32>
  %whole = stator.matmul %t, %z : (tensor<7x24xf32>, tensor<24x3xf32>) -> tensor<7x3xf32>
  %p = stator.permute %r {axes = array<i64: 1, 0>} : (tensor<24x5xf32>) -> tensor<5x24xf32>
  %dw = stator.matmul %p, %z : (tensor<5x24xf32>, tensor<24x3xf32>) -> tensor<5x3xf32>
  %u = stator.reshape %z : (tensor<24x3xf32>) -> tensor<6x4x3xf32>
  %q = stator.permute %u {axes = array<i64: 2, 0, 1>} : (tensor<6x4x3xf32>) -> tensor<3x6x4xf32>
  %c = stator.slice %q {start = array<i64: 0, 0, 1>, stop = array<i64: 3, 6, 3>, step = array<i64: 1, 1, 1>}
    : (tensor<3x6x4xf32>) -> tensor<3x6x2xf32>
  %m = stator.max %c {axes = array<i64: 0>} : (tensor<3x6x2xf32>) -> tensor<1x6x2xf32>
  %g = stator.broadcast %m : (tensor<1x6x2xf32>) -> tensor<3x6x2xf32>
  %h = stator.sub %c, %g : (tensor<3x6x2xf32>, tensor<3x6x2xf32>) -> tensor<3x6x2xf32>
  %o = stator.permute %h {axes = array<i64: 1, 0, 2>} : (tensor<3x6x2xf32>) -> tensor<6x3x2xf32>
  return %z, %whole, %dw, %o : tensor<24x3xf32>, tensor<7x3xf32>, tensor<5x3xf32>, tensor<6x3x2xf32>
})";

/// A convolution with its weight's gradient in parts, and a table that rows look up and add to.
constexpr auto images = R"(
func.func @main(%x: tensor<6x5x5x2xf32> {stator.input = 0 : i64}, %i: tensor<6x2xi64> {stator.input = 1 : i64},
                %w: tensor<3x3x2x4xf32>, %table: tensor<5x3xf32>)
    -> (tensor<6x1x1x4xf32>, tensor<1x3x3x2x4xf32>, tensor<3x3x2x4xf32>, tensor<6x3xf32>, tensor<5x3xf32>) {
  %pad = stator.pad %x {low = array<i64: 0, 1, 1, 0>, high = array<i64: 0, 0, 0, 0>, interior = array<i64: 0, 0, 0, 0>,
    value = 0.0 : f64} : (tensor<6x5x5x2xf32>) -> tensor<6x6x6x2xf32>
  %y = stator.convolution %pad, %w {stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>, groups = 1 : i64, channels_first = false}
    : (tensor<6x6x6x2xf32>, tensor<3x3x2x4xf32>) -> tensor<6x4x4x4xf32>
  %m = stator.max_pool2d %y {axes = array<i64: 1, 2>, dilation = array<i64: 1, 1>, kernel = array<i64: 4, 4>,
    padding = array<i64: 0, 0, 0, 0>, stride = array<i64: 4, 4>} : (tensor<6x4x4x4xf32>) -> tensor<6x1x1x4xf32>
  %parts = stator.convolution_weight_grad %pad, %y {stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>, groups = 1 : i64, channels_first = false}
    : (tensor<6x6x6x2xf32>, tensor<6x4x4x4xf32>) -> tensor<2x3x3x2x4xf32>
  %dw = stator.sum %parts {axes = array<i64: 0>} : (tensor<2x3x3x2x4xf32>) -> tensor<1x3x3x2x4xf32>
  %once = stator.convolution_weight_grad %pad, %y {stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>, groups = 1 : i64, channels_first = false}
    : (tensor<6x6x6x2xf32>, tensor<6x4x4x4xf32>) -> tensor<3x3x2x4xf32>
  %one = stator.constant {value = 1.0 : f64} : tensor<6x2xi64>
  %low = stator.minimum %i, %one : (tensor<6x2xi64>, tensor<6x2xi64>) -> tensor<6x2xi64>
  %index = stator.mul %low, %low : (tensor<6x2xi64>, tensor<6x2xi64>) -> tensor<6x2xi64>
  %rows = stator.gather %table, %index {axis = 0 : i64} : (tensor<5x3xf32>, tensor<6x2xi64>) -> tensor<6x2x3xf32>
  %sum = stator.sum %rows {axes = array<i64: 1>} : (tensor<6x2x3xf32>) -> tensor<6x1x3xf32>
  %flat = stator.reshape %sum : (tensor<6x1x3xf32>) -> tensor<6x3xf32>
  %add = stator.scatter_add %index, %rows {axis = 0 : i64} : (tensor<6x2xi64>, tensor<6x2x3xf32>) -> tensor<5x3xf32>
  return %m, %dw, %once, %flat, %add
    : tensor<6x1x1x4xf32>, tensor<1x3x3x2x4xf32>, tensor<3x3x2x4xf32>, tensor<6x3xf32>, tensor<5x3xf32>
})";

/// Rows that wait for a sum over all rows stay outside: those that a cheap one feeds do not.
constexpr auto waiting = R"(
func.func @main(%x: tensor<6x4xf32> {stator.input = 0 : i64}, %y: tensor<6xf32> {stator.input = 1 : i64},
                %w: tensor<4x8xf32>) -> (tensor<6x8xf32>, tensor<6x8xf32>) {
  %n = stator.sum %y {axes = array<i64: 0>} : (tensor<6xf32>) -> tensor<1xf32>
  %r = stator.reshape %n : (tensor<1xf32>) -> tensor<1x1xf32>
  %all = stator.broadcast %r : (tensor<1x1xf32>) -> tensor<6x8xf32>
  %h = stator.matmul %x, %w : (tensor<6x4xf32>, tensor<4x8xf32>) -> tensor<6x8xf32>
  %scaled = stator.mul %h, %all : (tensor<6x8xf32>, tensor<6x8xf32>) -> tensor<6x8xf32>
  %mean = stator.sum %scaled {axes = array<i64: 0>} : (tensor<6x8xf32>) -> tensor<1x8xf32>
  %b = stator.broadcast %mean : (tensor<1x8xf32>) -> tensor<6x8xf32>
  %centred = stator.sub %scaled, %b : (tensor<6x8xf32>, tensor<6x8xf32>) -> tensor<6x8xf32>
  return %scaled, %centred : tensor<6x8xf32>, tensor<6x8xf32>
})";

Module check_blocks(const char* text) {
  const Module before(text), after = before.after("blocks{count=3}");
  CHECK(after.count("scan") == 1);
  CHECK(error(after.run("main"), before.run("main")) < 1e-12);
  return after;
}

}  // namespace

TEST_CASE("rows in blocks have the same values, wherever their axis goes") { check_blocks(views); }

TEST_CASE("images and tables in blocks have the same values") {
  const Module after = check_blocks(images);
  CHECK(after.count("convolution_weight_grad") == 2);
}

TEST_CASE("what waits for all rows is computed behind the loop") {
  const Module after = check_blocks(waiting);
  CHECK(after.count("sub") == 1);
  CHECK(after.count("matmul") == 1);
}

TEST_CASE("blocks that do not divide the batch, or would gain nothing, are not made") {
  CHECK(Module(waiting).after("blocks{count=4}").count("scan") == 0);
  CHECK(Module(waiting).after("blocks").count("scan") == 0);
}

}  // namespace stator::tests
