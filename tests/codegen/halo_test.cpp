// Convolutions that are told of the zeros around their images, and so leave terms out, against the interpreter.
#include "tests/catch.h"
#include "tests/codegen/check_function.h"

using stator::tests::check_function;

namespace {

/// x [n, side, side, in] with `padding` rows and columns of zeros around it, its convolution with a kernel of 3 x 3,
/// and the weight's gradient; by parts of the images where `parts` is not 0.
void check_halo(long n, long side, long in, long out, long stride, long padding, long parts) {
  INFO("side " << side << " in " << in << " stride " << stride << " padding " << padding);
  auto tensor = [](std::initializer_list<long> extents) {
    std::string text = "tensor<";
    for (long extent : extents) text += std::to_string(extent) + "x";
    return text + "f32>";
  };
  const long wide = side + 2 * padding, o = (wide - 3) / stride + 1;
  const std::string p = std::to_string(padding), s = std::to_string(stride);
  const std::string x = tensor({n, side, side, in}), padded = tensor({n, wide, wide, in}), w = tensor({3, 3, in, out});
  const std::string y = tensor({n, o, o, out}), dw = parts ? tensor({parts, 3, 3, in, out}) : w;
  const std::string around = "array<i64: 0, " + p + ", " + p + ", 0>";
  const std::string attributes = " {stride = array<i64: " + s + ", " + s + ">, dilation = array<i64: 1, 1>, " +
                                 "groups = 1 : i64, channels_first = false, stator.halo = array<i64: " + p + ", " + p +
                                 ">} : ";
  check_function("func.func @main(%x: " + x + ", %w: " + w + ", %dy: " + y + ") -> (" + y + ", " + dw + ") {\n" +
                 "  %p = stator.pad %x {low = " + around + ", high = " + around +
                 ", interior = array<i64: 0, 0, 0, 0>, value = 0.0} : (" + x + ") -> " + padded + "\n" +
                 "  %y = stator.convolution %p, %w" + attributes + "(" + padded + ", " + w + ") -> " + y + "\n" +
                 "  %g = stator.convolution_weight_grad %p, %dy" + attributes + "(" + padded + ", " + y + ") -> " + dw +
                 "\n  return %y, %g : " + y + ", " + dw + "\n}");
}

}  // namespace

TEST_CASE("convolutions leave out what meets the zeros around their images") {
  check_halo(2, 7, 16, 20, 1, 1, 0);
  check_halo(4, 9, 8, 33, 2, 1, 2);
  check_halo(1, 14, 3, 16, 1, 2, 0);
}

TEST_CASE("a convolution whose reduction is hoisted leaves out whole tiles") { check_halo(2, 5, 260, 40, 1, 1, 0); }
