// Shape rules of matmul and conv2d; sizes as PyTorch's formula gives them.
#include "tests/catch.h"
#include "tests/dsl/shape_rules.h"

using namespace shape_rules;

namespace {

constexpr Inferred matmul(const TensorSpec& a, const TensorSpec& b) { return infer(rule::Matmul{}, a, b); }
static_assert(gives(matmul(tensor(32, 784), tensor(784, 10)), tensor(32, 10)));
static_assert(gives(matmul(tensor(batch, 784), tensor(784, 10)), tensor(batch, 10)));
static_assert(gives(matmul(tensor(2, 3, 4, 5), tensor(2, 3, 5, 6)), tensor(2, 3, 4, 6)));
static_assert(gives(matmul(tensor(batch, steps, 8), tensor(batch, 8, steps)), tensor(batch, steps, steps)));
static_assert(gives(matmul(tensor(batch, steps, 8), tensor(8, 3)), tensor(batch, steps, 3)),
              "a matrix serves all leading axes");
static_assert(says(matmul(tensor(784), tensor(784, 10)), "matmul: an operand has fewer than two axes"));
static_assert(says(matmul(tensor(32, 784), tensor(785, 10)), "matmul: inner extents differ"));
static_assert(says(matmul(tensor(32, batch), tensor(32, 10)), "matmul: inner extents differ"));
static_assert(says(matmul(tensor(32, 784), as(stator::DType::f64, tensor(784, 10))), "matmul: dtypes differ"));
static_assert(says(matmul(tensor(4, 5), tensor(2, 5, 6)), "matmul: ranks differ"));
static_assert(says(matmul(tensor(2, 4, 5), tensor(3, 5, 6)), "matmul: leading extents differ"));

/// Height and width of conv2d over `extent`, or 0 where the rule turns it down.
constexpr long size(long extent, long kernel, stator::conv options) {
  Inferred inferred =
      infer(options.rule(kernel), tensor(batch, 4, extent, extent), tensor(8, 4 / options.groups, kernel, kernel));
  if (!inferred.ok() || inferred.spec.extents[2] != inferred.spec.extents[3]) return 0;
  return inferred.spec.extents[2].number;
}
static_assert(size(28, 3, {}) == 26 && size(28, 5, {}) == 24 && size(28, 28, {}) == 1);
static_assert(size(28, 3, {.padding = 1}) == 28 && size(28, 3, {.padding = 2}) == 30);
static_assert(size(28, 3, {.stride = 2}) == 13 && size(29, 3, {.stride = 2}) == 14 &&
              size(28, 3, {.stride = 2, .padding = 1}) == 14);
static_assert(size(224, 7, {.stride = 2, .padding = 3}) == 112, "the first layer of ResNet");
static_assert(size(28, 3, {.dilation = 2}) == 24 && size(28, 3, {.padding = 2, .dilation = 2}) == 28);
static_assert(size(28, 3, {.padding = stator::same}) == 28 && size(28, 4, {.padding = stator::same}) == 28);
static_assert(size(28, 5, {.padding = stator::same, .dilation = 3}) == 28 &&
              size(28, 3, {.padding = stator::valid}) == 26);
static_assert(size(28, 3, {.groups = 2}) == 26 && size(28, 3, {.groups = 4}) == 26);
static_assert(stator::conv{.padding = stator::same}.rule(4).padding == Integers(1, 2, 1, 2),
              "the odd element at the end");

constexpr Inferred conv2d(const TensorSpec& x, const TensorSpec& w, long groups = 1) {
  return infer(stator::conv{.groups = groups}.rule(3), x, w);
}
constexpr TensorSpec image = tensor(batch, 4, 28, 28), weight = tensor(8, 4, 3, 3);
static_assert(gives(conv2d(image, weight), tensor(batch, 8, 26, 26)));
static_assert(gives(conv2d(tensor(batch, 4, 28, 9), weight), tensor(batch, 8, 26, 7)));
static_assert(says(conv2d(tensor(4, 28, 28), weight), "conv2d: the input is not [N, C, H, W]"));
static_assert(says(conv2d(image, tensor(8, 4, 3)), "conv2d: the weight is not [O, C / groups, KH, KW]"));
static_assert(says(conv2d(as(stator::DType::f64, image), weight), "conv2d: dtypes differ"));
static_assert(says(conv2d(tensor(batch, 4, steps, 28), weight), "conv2d: channels, height and width must be numbers"));
static_assert(says(conv2d(tensor(batch, steps, 28, 28), weight), "conv2d: channels, height and width must be numbers"));
static_assert(says(conv2d(tensor(batch, 3, 28, 28), weight), "conv2d: channels of input and weight differ"));
static_assert(says(conv2d(image, weight, 2), "conv2d: channels of input and weight differ"));
static_assert(says(conv2d(image, tensor(9, 2, 3, 3), 2), "conv2d: groups do not divide the output channels"));
static_assert(says(conv2d(tensor(batch, 4, 28, 2), weight), "conv2d: the kernel is larger than the padded input"));

// The same through expressions and layers.
using stator::conv;
template <class Layer, class Input> using result = decltype(std::declval<const Layer&>()(std::declval<const Input&>()));
using Image = X<stator::f32, stator::batch, 3, 28, 28>;
using Rows = X<stator::f32, stator::batch, stator::steps, 784>;
static_assert(
    is_a<decltype(stator::matmul(Rows{}, X<stator::f32, 784, 10>{})), stator::f32, stator::batch, stator::steps, 10>);
static_assert(is_a<result<stator::Linear<784, 10>, Rows>, stator::f32, stator::batch, stator::steps, 10>);
static_assert(
    is_a<result<stator::Linear<784, 10, false>, X<stator::f32, stator::batch, 784>>, stator::f32, stator::batch, 10>);
static_assert(is_a<result<stator::Conv2d<3, 16, 3>, Image>, stator::f32, stator::batch, 16, 26, 26>);
static_assert(is_a<result<stator::Conv2d<3, 6, 3, conv{.stride = 2, .padding = 1, .groups = 3, .bias = false}>, Image>,
                   stator::f32, stator::batch, 6, 14, 14>);

}  // namespace

TEST_CASE("a leading axis is merged into the rows of a matrix product") {
  stator::ProgramGraph program;
  stator::Function function;
  stator::Trace trace(program, function, false);
  X<stator::f32, stator::batch, stator::steps, 8> a{{&trace, trace.input(tensor(batch, steps, 8))}};
  X<stator::f32, 8, 3> b{{&trace, trace.input(tensor(8, 3))}};
  matmul(a, b);
  REQUIRE(function.graph.nodes[3].op == "matmul");
  CHECK(function.graph.nodes[3].spec == tensor(Extent(batch) * Extent(steps), 3));
  CHECK(function.graph.nodes[4].spec == tensor(batch, steps, 3));
}
