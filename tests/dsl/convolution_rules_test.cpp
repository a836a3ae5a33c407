// Shape rules of convolutions and their transposes; sizes as PyTorch's formulas give them.
#include "tests/catch.h"
#include "tests/dsl/shape_rules.h"

using namespace shape_rules;
using stator::Size2d;

namespace {

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

constexpr const char* amounts = "conv2d: a kernel, stride, dilation or groups below 1, or a padding below 0";
static_assert(says(infer(stator::conv{.stride = 0}.rule(3), image, weight), amounts));
static_assert(says(infer(stator::conv{.dilation = {1, 0}}.rule(3), image, weight), amounts));
static_assert(says(infer(stator::conv{.groups = 0}.rule(3), image, weight), amounts));
static_assert(says(infer(stator::conv{.padding = -1}.rule(3), image, weight), amounts));
static_assert(says(infer(stator::conv{}.rule(0), image, tensor(8, 4, 0, 0)), amounts));

/// conv_transpose2d of [batch, 4, 7, 7] to 8 channels.
constexpr Inferred transposed(const stator::conv_transpose& options, long kernel) {
  return infer(options.rule(), tensor(batch, 4, 7, 7), tensor(4, 8 / options.groups, kernel, kernel));
}
static_assert(gives(transposed({}, 3), tensor(batch, 8, 9, 9)));
static_assert(gives(transposed({.stride = 2}, 2), tensor(batch, 8, 14, 14)));
static_assert(gives(transposed({.stride = 2, .padding = 1, .output_padding = 1}, 3), tensor(batch, 8, 14, 14)));
static_assert(gives(transposed({.groups = 4, .dilation = {2, 1}}, 3), tensor(batch, 8, 11, 9)));
static_assert(says(transposed({.padding = 5}, 3), "conv_transpose2d: the padding leaves nothing of the result"));
static_assert(says(transposed({.stride = 2, .output_padding = 2}, 3),
                   "conv_transpose2d: the output padding is not below the stride or the dilation"));
static_assert(says(transposed({.stride = 0}, 3),
                   "conv_transpose2d: a kernel, stride, dilation or groups below 1, or a padding below 0"));
constexpr rule::ConvTranspose2d plain{}, grouped = stator::conv_transpose{.groups = 3}.rule();
static_assert(says(infer(plain, tensor(batch, 4, 7, 7), tensor(8, 4, 3, 3)),
                   "conv_transpose2d: channels of input and weight differ"));
static_assert(says(infer(grouped, tensor(batch, 4, 7, 7), tensor(4, 2, 3, 3)),
                   "conv_transpose2d: groups do not divide the input channels"));
static_assert(says(infer(plain, tensor(4, 7, 7), weight), "conv_transpose2d: the input is not [N, C, H, W]"));
static_assert(says(infer(plain, image, tensor(4, 2, 3)),
                   "conv_transpose2d: the weight is not [C, O / groups, KH, KW]"));
static_assert(says(infer(rule::Conv1d{}, image, weight), "conv1d: the input is not [N, C, L]"));
static_assert(says(infer(rule::Conv1d{}, tensor(batch, 4, steps), tensor(8, 4, 3)),
                   "conv1d: channels and length must be numbers"));
static_assert(says(infer(rule::ConvTranspose1d{}, tensor(batch, 4, 7), weight),
                   "conv_transpose1d: the weight is not [C, O / groups, K]"));

// The same through layers.
using stator::conv;
template <class Layer, class Input> using result = decltype(std::declval<const Layer&>()(std::declval<const Input&>()));
using Image = X<stator::f32, stator::batch, 3, 28, 28>;
using Sequence = X<stator::f32, stator::batch, 3, 28>;
static_assert(is_a<result<stator::Conv2d<3, 16, 3>, Image>, stator::f32, stator::batch, 16, 26, 26>);
static_assert(is_a<result<stator::Conv2d<3, 6, 3, conv{.stride = 2, .padding = 1, .groups = 3, .bias = false}>, Image>,
                   stator::f32, stator::batch, 6, 14, 14>);
static_assert(is_a<result<stator::Conv2d<3, 6, Size2d(3, 5), conv{.stride = {2, 1}, .padding = {1, 2}}>, Image>,
                   stator::f32, stator::batch, 6, 14, 28>);
static_assert(
    is_a<result<stator::Conv2d<3, 6, 3, conv{.padding = 1, .padding_mode = stator::PaddingMode::reflect}>, Image>,
         stator::f32, stator::batch, 6, 28, 28>);
static_assert(is_a<result<stator::Conv1d<3, 6, 3, conv{.stride = 2, .padding = 1}>, Sequence>, stator::f32,
                   stator::batch, 6, 14>);
static_assert(is_a<result<stator::ConvTranspose2d<3, 6, 4, stator::conv_transpose{.stride = 2, .padding = 1}>, Image>,
                   stator::f32, stator::batch, 6, 56, 56>);
static_assert(is_a<result<stator::ConvTranspose1d<3, 6, 3>, Sequence>, stator::f32, stator::batch, 6, 30>);

}  // namespace

TEST_CASE("a transposed convolution's parameters start as PyTorch's do") {
  constexpr stator::ConvTranspose2d<16, 8, 3> layer;
  STATIC_REQUIRE(stator::parameter_count<stator::ConvTranspose2d<16, 8, 3>> == 16 * 8 * 9 + 8);
  CHECK(layer.weight.init.b == 1 / stator::detail::square_root(8 * 9));
  CHECK(layer.bias.init.b == layer.weight.init.b);
}
