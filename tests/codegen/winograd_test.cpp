// Convolutions by Winograd's transforms on every target: planes of odd and even extents, blocks of tiles that do not
// divide them, scratch on the stack and in the arena, and epilogues.
#include "tests/catch.h"
#include "tests/codegen/check_function.h"

using stator::tests::check_function;

namespace {

struct Sizes {
  long images, height, width, channels, results;  // of the result
};

std::string tensor(std::initializer_list<long> extents) {
  std::string type = "tensor<";
  for (long extent : extents) type += std::to_string(extent) + "x";
  return type + "f32>";
}

/// relu(convolution + bias) * other, and the weight from behind a permutation.
std::string function(const Sizes& s) {
  const std::string x = tensor({s.images, s.height + 2, s.width + 2, s.channels});
  const std::string stored = tensor({3, 3, s.results, s.channels}), w = tensor({3, 3, s.channels, s.results});
  const std::string u = tensor({4, 4, s.channels, s.results});
  const std::string y = tensor({s.images, s.height, s.width, s.results}), b = tensor({s.results});
  const std::string row = tensor({1, 1, 1, s.results});
  return "func.func @main(%x: " + x + ", %s: " + stored + ", %b: " + b + ", %o: " + y + ") -> " + y + " {\n" +
         "%w = stator.permute %s {axes = array<i64: 0, 1, 3, 2>} : (" + stored + ") -> " + w + "\n" +
         "%u = stator.winograd_weight %w {of_gradient = false} : (" + w + ") -> " + u + "\n" +
         "%y = stator.winograd_convolution %x, %u : (" + x + ", " + u + ") -> " + y + "\n" +
         "%r = stator.reshape %b : (" + b + ") -> " + row + "\n" + "%c = stator.broadcast %r : (" + row + ") -> " + y +
         "\n" + "%a = stator.add %y, %c : (" + y + ", " + y + ") -> " + y + "\n" + "%p = stator.relu %a : (" + y +
         ") -> " + y + "\n" + "%m = stator.mul %p, %o : (" + y + ", " + y + ") -> " + y + "\nreturn %m : " + y + "\n}";
}

/// The cotangent of an image: zeros around it as it is read, the weight turned round as it is transformed.
std::string gradient(const Sizes& s) {
  const std::string d = tensor({s.images, s.height, s.width, s.channels});
  const std::string x = tensor({s.images, s.height + 2, s.width + 2, s.channels});
  const std::string w = tensor({3, 3, s.results, s.channels}), u = tensor({4, 4, s.channels, s.results});
  const std::string y = tensor({s.images, s.height, s.width, s.results});
  return "func.func @main(%d: " + d + ", %w: " + w + ") -> " + y + " {\n" +
         "%x = stator.pad %d {low = array<i64: 0, 1, 1, 0>, high = array<i64: 0, 1, 1, 0>, " +
         "interior = array<i64: 0, 0, 0, 0>, value = 0.0} : (" + d + ") -> " + x + "\n" +
         "%u = stator.winograd_weight %w {of_gradient = true} : (" + w + ") -> " + u + "\n" +
         "%y = stator.winograd_convolution %x, %u : (" + x + ", " + u + ") -> " + y + "\nreturn %y : " + y + "\n}";
}

}  // namespace

TEST_CASE("the weight of an image's cotangent is turned round as it is transformed") {
  for (const Sizes& sizes : {Sizes{1, 4, 4, 16, 16}, Sizes{1, 4, 5, 32, 16}, Sizes{2, 8, 8, 48, 80}})
    CHECK(check_function(gradient(sizes)).kinds == std::vector<std::string>{"window", "contraction"});
}

TEST_CASE("a convolution by Winograd's transforms is the convolution") {
  for (const Sizes& sizes :
       {Sizes{1, 2, 2, 16, 16}, Sizes{2, 8, 6, 16, 32}, Sizes{3, 7, 9, 32, 16}, Sizes{1, 1, 13, 16, 16},
        Sizes{5, 12, 12, 16, 48}, Sizes{2, 14, 14, 64, 128}, Sizes{1, 7, 7, 256, 64}}) {
    INFO(sizes.images << " images of " << sizes.height << " x " << sizes.width << ", " << sizes.channels << " to "
                      << sizes.results);
    CHECK(check_function(function(sizes)).kinds == std::vector<std::string>{"map", "window", "contraction"});
  }
}
