// Channels-last forms compute the same: for every stride, padding, dilation and groups, and for a whole training step.
#include "tests/catch.h"
#include "tests/passes_values/run_passes.h"
#include "tests/passes_values/small_convnet.h"
#include "tests/passes_values/small_unet.h"

namespace stator::tests {
namespace {

struct Convolution {
  long height, width, in, out, kernel_height, kernel_width;
  long stride[2], padding[4], dilation[2], groups;

  long windows(int axis) const {
    long extent = axis ? width : height, kernel = axis ? kernel_width : kernel_height;
    return (extent + padding[2 * axis] + padding[2 * axis + 1] - dilation[axis] * (kernel - 1) - 1) / stride[axis] + 1;
  }
};

std::string tensor(std::vector<long> extents) {
  std::string type = "tensor<";
  for (long extent : extents) type += std::to_string(extent) + "x";
  return type + "f64>";
}
std::string array(const long* numbers, int count) {
  std::string text = "array<i64: ";
  for (int i = 0; i < count; ++i) text += (i ? ", " : "") + std::to_string(numbers[i]);
  return text + ">";
}

/// The convolution of %x and %w, and both its gradients for the cotangent %dy.
Module module_of(const Convolution& c) {
  std::string x = tensor({2, c.in, c.height, c.width});
  std::string w = tensor({c.out, c.in / c.groups, c.kernel_height, c.kernel_width});
  std::string y = tensor({2, c.out, c.windows(0), c.windows(1)});
  std::string attributes = " {stride = " + array(c.stride, 2) + ", padding = " + array(c.padding, 4) +
                           ", dilation = " + array(c.dilation, 2) + ", groups = " + std::to_string(c.groups) +
                           " : i64} ";
  auto op = [&](const char* name, const char* operands, const std::string& a, const std::string& b,
                const std::string& r) {
    return std::string("stator.") + name + " " + operands + attributes + ": (" + a + ", " + b + ") -> " + r + "\n";
  };
  return Module("func.func @main(%x: " + x + ", %w: " + w + ", %dy: " + y + ") -> (" + y + ", " + w + ", " + x +
                ") {\n" + "  %y = " + op("conv2d", "%x, %w", x, w, y) +      //
                "  %dw = " + op("conv2d_weight_grad", "%x, %dy", x, y, w) +  //
                "  %dx = " + op("conv2d_input_grad", "%dy, %w", y, w, x) +   //
                "  return %y, %dw, %dx : " + y + ", " + w + ", " + x + "\n}");
}

}  // namespace

TEST_CASE("convolutions of every kind") {
  const Convolution kinds[]{
      {6, 7, 2, 3, 3, 3, {1, 1}, {0, 0, 0, 0}, {1, 1}, 1},  // plain
      {6, 7, 1, 3, 3, 2, {1, 1}, {1, 1, 0, 1}, {1, 1}, 1},  // padding that differs by side
      {8, 9, 2, 3, 3, 3, {2, 3}, {1, 1, 1, 1}, {1, 1}, 1},  // strides, the last row of the input unused
      {9, 9, 2, 3, 2, 3, {1, 2}, {2, 0, 1, 2}, {2, 3}, 1},  // dilation
      {5, 5, 4, 6, 3, 3, {1, 1}, {1, 1, 1, 1}, {1, 1}, 2},  // groups
      {7, 6, 4, 4, 3, 3, {2, 1}, {1, 0, 2, 1}, {1, 2}, 4},  // depthwise, with all of it
      {6, 5, 3, 6, 3, 2, {1, 2}, {1, 1, 0, 1}, {1, 1}, 3},  // depthwise with two outputs for each channel
      {4, 5, 2, 3, 1, 1, {1, 1}, {1, 2, 1, 1}, {1, 1}, 1},  // padding beyond the kernel: the gradient is cut
      {6, 6, 2, 3, 1, 2, {3, 2}, {2, 1, 1, 2}, {1, 1}, 1},
      {9, 8, 2, 3, 1, 1, {2, 2}, {0, 0, 0, 0}, {1, 1}, 1},    // one phase of a strided gradient
      {8, 8, 2, 3, 4, 2, {2, 2}, {1, 1, 0, 0}, {1, 1}, 1},    // phases alike: side by side
      {13, 9, 2, 3, 5, 3, {4, 3}, {2, 0, 1, 2}, {1, 1}, 1},   // many phases
      {12, 11, 4, 6, 5, 3, {4, 3}, {2, 1, 1, 2}, {1, 1}, 2},  // many, in groups
      {14, 12, 2, 3, 3, 3, {4, 2}, {1, 1, 3, 0}, {2, 3}, 1},  // stride and dilation with a common factor
      {7, 7, 2, 3, 2, 2, {3, 3}, {0, 0, 0, 0}, {1, 1}, 1},    // rows of the image that no window reads
  };
  for (const Convolution& kind : kinds) {
    Module before = module_of(kind);
    for (const char* order : {"chosen", "channels-last", "channels-first", "around"}) {
      INFO(order);
      Module after = before.after(std::string("layout{images=") + order + "}");
      CHECK(after.count("conv2d") + after.count("conv2d_weight_grad") + after.count("conv2d_input_grad") == 0);
      CHECK(error(after.run("main"), before.run("main")) < 1e-13);
    }
  }
}

TEST_CASE("a training step after layout, with a permute of activations at flatten alone") {
  Arguments arguments{{}, {{"lr", 0.5}, {"seed", 7}, {"step", 3}, {"valid.batch", 6}}};
  Module before = Module(small_convnet.graph(), {batch = 6}).after("mask,stator-differentiate,bind-symbols,simplify");
  Module after = before.after("layout{images=channels-last}");
  CHECK(error(after.run("train_step", arguments), before.run("train_step", arguments)) < 1e-12);
  CHECK(error(after.run("predict"), before.run("predict")) < 1e-12);
  // train_step: flatten there and back, three products' transpositions, and five of weights; predict: 1, 1 and 2.
  CHECK(after.count("permute") == 2 + 2 + 5 + 1 + 1 + 2);
}

TEST_CASE("joined channels and upsampling stay channels-last") {
  Arguments arguments{{}, {{"lr", 0.5}, {"step", 3}, {"valid.batch", 5}}};
  Module before = Module(small_unet.graph(), {batch = 6}).after("mask,stator-differentiate,bind-symbols,simplify");
  Module after = before.after("layout{images=channels-last}");
  CHECK(error(after.run("train_step", arguments), before.run("train_step", arguments)) < 1e-12);
  CHECK(error(after.run("predict"), before.run("predict")) < 1e-12);
  // predict: the image there and back, four weights, the pixels of `up`; train_step: two images, four weights, two for
  // gradients, four gradients, and those pixels. None of activations.
  CHECK(after.count("permute") == 7 + 13);
}

TEST_CASE("a cluster keeps its order where another would move more") {
  Module module(R"(
func.func @main(%x: tensor<2x3x4xf64>, %y: tensor<2x3x4xf64>, %z: tensor<4x2x3xf64>) -> tensor<2x3x4xf64> {
  %p = stator.permute %z {axes = array<i64: 1, 2, 0>} : (tensor<4x2x3xf64>) -> tensor<2x3x4xf64>
  %a = stator.add %x, %p : (tensor<2x3x4xf64>, tensor<2x3x4xf64>) -> tensor<2x3x4xf64>
  %b = stator.mul %a, %y : (tensor<2x3x4xf64>, tensor<2x3x4xf64>) -> tensor<2x3x4xf64>
  return %b : tensor<2x3x4xf64>
})");
  Module after = module.after("layout");
  CHECK(after.count("permute") == 1);
  CHECK(error(after.run("main"), module.run("main")) == 0);
}

}  // namespace stator::tests
