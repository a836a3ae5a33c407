// winograd keeps every value: sixteen products and additions are nine products at four places.
#include "tests/catch.h"
#include "tests/passes_values/run_passes.h"

namespace stator::tests {
namespace {

/// A convolution of planes with odd and even extents, and the cotangent of an image by the weight turned round.
constexpr auto text = R"(
func.func @main(%x: tensor<2x9x8x16xf32>, %w: tensor<3x3x16x32xf32>, %dy: tensor<2x11x10x32xf32>)
    -> (tensor<2x7x6x32xf32>, tensor<2x9x8x16xf32>) {
  %y = stator.convolution %x, %w {stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>, groups = 1 : i64, channels_first = false}
    : (tensor<2x9x8x16xf32>, tensor<3x3x16x32xf32>) -> tensor<2x7x6x32xf32>
  %f = stator.flip %w {axes = array<i64: 0, 1>} : (tensor<3x3x16x32xf32>) -> tensor<3x3x16x32xf32>
  %t = stator.permute %f {axes = array<i64: 0, 1, 3, 2>} : (tensor<3x3x16x32xf32>) -> tensor<3x3x32x16xf32>
  %dx = stator.convolution %dy, %t {stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>, groups = 1 : i64, channels_first = false}
    : (tensor<2x11x10x32xf32>, tensor<3x3x32x16xf32>) -> tensor<2x9x8x16xf32>
  return %y, %dx : tensor<2x7x6x32xf32>, tensor<2x9x8x16xf32>
})";

}  // namespace

TEST_CASE("convolutions by Winograd's transforms have the same values") {
  const Module before(text), after = before.after("winograd{least-tiles=1}");
  CHECK(after.count("winograd_convolution") == 2);
  CHECK(after.count("convolution") == 0);
  CHECK(error(after.run("main"), before.run("main")) < 1e-12);
}

}  // namespace stator::tests
