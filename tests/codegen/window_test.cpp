// Pooling and its gradients: windows apart, overlapping, padded, channels first and last.
#include "tests/catch.h"
#include "tests/codegen/check_function.h"

using stator::tests::check_function;
using stator::tests::CheckOptions;

namespace {

std::string type_of(const std::vector<long>& extents) {
  std::string text = "tensor<";
  for (long extent : extents) text += std::to_string(extent) + "x";
  return text + "f32>";
}

/// All four ops on an image, with a relu behind the forward ones.
void check_pooling(std::vector<long> image, bool channels_last, long kernel, long stride, long padding,
                   CheckOptions options = {}) {
  INFO("kernel " << kernel << " stride " << stride << " padding " << padding << " channels last " << channels_last);
  int height = channels_last ? 1 : 2;
  std::vector<long> pooled = image;
  for (int axis : {height, height + 1}) pooled[axis] = (image[axis] + 2 * padding - kernel) / stride + 1;
  auto pair = [](long value) { return "array<i64: " + std::to_string(value) + ", " + std::to_string(value) + ">"; };
  std::string window = " {kernel = " + pair(kernel) + ", stride = " + pair(stride) + ", padding = " + pair(padding) +
                       ", axes = array<i64: " + std::to_string(height) + ", " + std::to_string(height + 1) + ">} : ";
  std::string x = type_of(image), y = type_of(pooled);
  check_function("func.func @main(%x: " + x + ", %dy: " + y + ") -> (" + y + ", " + y + ", " + x + ", " + x + ") {\n" +
                     "  %m = stator.max_pool2d %x" + window + "(" + x + ") -> " + y + "\n" +
                     "  %r = stator.relu %m : (" + y + ") -> " + y + "\n" + "  %a = stator.avg_pool2d %x" + window +
                     "(" + x + ") -> " + y + "\n" + "  %g = stator.max_pool2d_grad %x, %dy" + window + "(" + x + ", " +
                     y + ") -> " + x + "\n" + "  %s = stator.mul %g, %x : (" + x + ", " + x + ") -> " + x + "\n" +
                     "  %h = stator.avg_pool2d_grad %dy" + window + "(" + y + ") -> " + x + "\n" +
                     "  return %r, %a, %s, %h : " + y + ", " + y + ", " + x + ", " + x + "\n}",
                 options);
}

}  // namespace

TEST_CASE("windows side by side") {
  check_pooling({4, 24, 24, 32}, true, 2, 2, 0);
  check_pooling({2, 3, 12, 16}, false, 2, 2, 0);
  check_pooling({2, 9, 6, 5}, true, 3, 3, 0);
}

TEST_CASE("windows that leave a border out") {
  check_pooling({2, 13, 7, 16}, true, 2, 2, 0);
  check_pooling({2, 3, 13, 7}, false, 2, 2, 0);
  check_pooling({1, 10, 10, 4}, true, 1, 2, 0);
}

TEST_CASE("overlapping and padded windows") {
  check_pooling({2, 8, 9, 16}, true, 3, 2, 1);
  check_pooling({2, 3, 8, 9}, false, 3, 2, 1);
  check_pooling({1, 6, 6, 20}, true, 3, 1, 1);
}

TEST_CASE("of equal elements the first has the gradient") {
  check_pooling({2, 8, 8, 16}, true, 2, 2, 0, {.low = 0, .high = 0});
  check_pooling({2, 8, 8, 16}, true, 3, 1, 1, {.low = 1, .high = 1});
}
