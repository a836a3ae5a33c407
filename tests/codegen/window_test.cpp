// Pooling and its gradients: windows apart, overlapping, padded, channels first and last.
#include "tests/catch.h"
#include "tests/codegen/check_function.h"

using stator::tests::check_function;
using stator::tests::CheckOptions;

namespace {

std::string type_of(const std::vector<long>& extents, const std::string& element = "f32") {
  std::string text = "tensor<";
  for (long extent : extents) text += std::to_string(extent) + "x";
  return text + element + ">";
}

/// All five ops on an image, with a relu behind the forward ones.
void check_pooling(std::vector<long> image, bool channels_last, long kernel, long stride, long padding,
                   CheckOptions options = {}, long dilation = 1) {
  INFO("kernel " << kernel << " stride " << stride << " padding " << padding << " channels last " << channels_last);
  int height = channels_last ? 1 : 2;
  std::vector<long> pooled = image;
  for (int axis : {height, height + 1})
    pooled[axis] = (image[axis] + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1;
  auto array = [](std::vector<long> values) {
    std::string text = "array<i64: " + std::to_string(values[0]);
    for (size_t i = 1; i < values.size(); ++i) text += ", " + std::to_string(values[i]);
    return text + ">";
  };
  std::string window = " {kernel = " + array({kernel, kernel}) + ", stride = " + array({stride, stride}) +
                       ", padding = " + array({padding, padding, padding, padding}) +
                       ", dilation = " + array({dilation, dilation}) + ", axes = " + array({height, height + 1});
  std::string max = window + "} : ", avg = window + ", divisor = 5 : i64} : ";
  std::string x = type_of(image), y = type_of(pooled), at = type_of(pooled, "i64");
  check_function("func.func @main(%x: " + x + ", %dy: " + y + ") -> (" + y + ", " + y + ", " + x + ", " + x + ", " +
                     at + ") {\n" + "  %m = stator.max_pool2d %x" + max + "(" + x + ") -> " + y + "\n" +
                     "  %r = stator.relu %m : (" + y + ") -> " + y + "\n" + "  %a = stator.avg_pool2d %x" + avg + "(" +
                     x + ") -> " + y + "\n" + "  %g = stator.max_pool2d_grad %x, %dy" + max + "(" + x + ", " + y +
                     ") -> " + x + "\n" + "  %s = stator.mul %g, %x : (" + x + ", " + x + ") -> " + x + "\n" +
                     "  %h = stator.avg_pool2d_grad %dy" + avg + "(" + y + ") -> " + x + "\n" +
                     "  %i = stator.max_pool2d_indices %x" + max + "(" + x + ") -> " + at + "\n" +
                     "  return %r, %a, %s, %h, %i : " + y + ", " + y + ", " + x + ", " + x + ", " + at + "\n}",
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

TEST_CASE("windows along the lanes, two elements apart") {
  check_pooling({2, 3, 26, 60}, false, 2, 2, 0);
  check_pooling({1, 3, 6, 74}, false, 2, 2, 1);
  check_pooling({3, 1, 5, 39}, false, 2, 2, 0);
  check_pooling({1, 1, 8, 66}, false, 3, 2, 1);
}

TEST_CASE("overlapping and padded windows") {
  check_pooling({2, 8, 9, 16}, true, 3, 2, 1);
  check_pooling({2, 3, 8, 9}, false, 3, 2, 1);
  check_pooling({1, 6, 6, 20}, true, 3, 1, 1);
}

TEST_CASE("windows with gaps") {
  check_pooling({2, 9, 10, 16}, true, 2, 1, 0, {}, 2);
  check_pooling({2, 3, 9, 10}, false, 3, 2, 1, {}, 2);
  check_pooling({1, 12, 12, 5}, true, 2, 3, 1, {}, 3);
}

TEST_CASE("of equal elements the first has the gradient") {
  check_pooling({2, 8, 8, 16}, true, 2, 2, 0, {.low = 0, .high = 0});
  check_pooling({2, 8, 8, 16}, true, 3, 1, 1, {.low = 1, .high = 1});
}

TEST_CASE("a gradient reads positions where the pooling is there, and the image where it is not") {
  const std::string window =
      "{kernel = array<i64: 3, 2>, stride = array<i64: 2, 2>, padding = array<i64: 1, 1, 0, 1>, "
      "dilation = array<i64: 1, 1>, axes = array<i64: 1, 2>} : ";
  const std::string x = type_of({2, 9, 11, 16}), y = type_of({2, 5, 6, 16});
  const std::string gradient =
      "%g = stator.max_pool2d_grad %x, %dy " + window + "(" + x + ", " + y + ") -> " + x + "\n";
  check_function("func.func @main(%x: " + x + ", %dy: " + y + ") -> " + x + " {\n" + gradient + "return %g : " + x +
                 "\n}");
  check_function("func.func @main(%x: " + x + ", %dy: " + y + ") -> (" + y + ", " + x + ") {\n" +
                 "%m = stator.max_pool2d %x " + window + "(" + x + ") -> " + y + "\n" + gradient +
                 "return %m, %g : " + y + ", " + x + "\n}");
}
