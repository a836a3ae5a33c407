// Shape rules of the poolings; sizes as PyTorch's formula gives them.
#include "tests/catch.h"
#include "tests/dsl/shape_rules.h"

using namespace shape_rules;

namespace {

template <class Pooling> constexpr Inferred pool(const TensorSpec& x, long kernel, long stride, long padding,
                                                 long dilation = 1, bool ceil_mode = false) {
  Pooling pooling;
  pooling.kernel = Integers(kernel, kernel), pooling.stride = Integers(stride, stride);
  pooling.dilation = Integers(dilation, dilation);
  for (int axis : {0, 1}) pooling.pad(axis, x.extents, padding, ceil_mode);
  return infer(pooling, x);
}
template <class Pooling> constexpr bool follows_the_formula() {
  return gives(pool<Pooling>(tensor(batch, 3, 24, 24), 2, 2, 0), tensor(batch, 3, 12, 12)) &&
         gives(pool<Pooling>(tensor(batch, 3, 25, 24), 2, 2, 0), tensor(batch, 3, 12, 12)) &&
         gives(pool<Pooling>(tensor(batch, 3, 24, 24), 3, 1, 0), tensor(batch, 3, 22, 22)) &&
         gives(pool<Pooling>(tensor(2, 3, 112, 112), 3, 2, 1), tensor(2, 3, 56, 56)) &&
         gives(pool<Pooling>(tensor(2, 3, 2, 2), 2, 2, 0), tensor(2, 3, 1, 1));
}
static_assert(follows_the_formula<rule::MaxPool2d>() && follows_the_formula<rule::AvgPool2d>());
static_assert(gives(pool<rule::MaxPool2d>(tensor(2, 3, 9, 9), 3, 1, 0, 2), tensor(2, 3, 5, 5)));

/// The last window of ceil mode begins within the image or before it.
template <class Pooling> constexpr bool rounds_up() {
  return gives(pool<Pooling>(tensor(batch, 3, 5, 5), 2, 2, 0, 1, true), tensor(batch, 3, 3, 3)) &&
         gives(pool<Pooling>(tensor(2, 3, 6, 6), 3, 2, 0, 1, true), tensor(2, 3, 3, 3)) &&
         gives(pool<Pooling>(tensor(2, 3, 5, 6), 2, 2, 1, 1, true), tensor(2, 3, 3, 4)) &&
         gives(pool<Pooling>(tensor(2, 3, 4, 4), 2, 3, 0, 1, true), tensor(2, 3, 2, 2)) &&
         gives(pool<Pooling>(tensor(2, 3, 3, 3), 1, 3, 0, 1, true), tensor(2, 3, 1, 1)) &&
         gives(pool<Pooling>(tensor(2, 3, 1, 1), 2, 2, 0, 1, true), tensor(2, 3, 1, 1));
}
static_assert(rounds_up<rule::MaxPool2d>() && rounds_up<rule::AvgPool2d>());

static_assert(says(pool<rule::MaxPool2d>(tensor(3, 8, 8), 2, 2, 0), "max_pool2d: the input is not [N, C, H, W]"));
static_assert(says(pool<rule::MaxPool2d>(tensor(2, 3, steps, 8), 2, 2, 0),
                   "max_pool2d: height and width must be numbers"));
static_assert(says(pool<rule::MaxPool2d>(tensor(2, 3, 8, 1), 2, 2, 0),
                   "max_pool2d: the window is larger than the padded input"));
static_assert(says(pool<rule::MaxPool2d>(tensor(2, 3, 8, 8), 3, 2, 2),
                   "max_pool2d: the padding exceeds half the window"));
static_assert(says(pool<rule::AvgPool2d>(tensor(3, 8, 8), 2, 2, 0), "avg_pool2d: the input is not [N, C, H, W]"));
static_assert(says(pool<rule::AvgPool2d>(tensor(2, 3, 8, batch), 2, 2, 0),
                   "avg_pool2d: height and width must be numbers"));
static_assert(says(pool<rule::AvgPool2d>(tensor(2, 3, 1, 8), 2, 2, 0),
                   "avg_pool2d: the window is larger than the padded input"));
static_assert(says(pool<rule::AvgPool2d>(tensor(2, 3, 8, 8), 3, 2, 2),
                   "avg_pool2d: the padding exceeds half the window"));

constexpr const char* amounts = "max_pool2d: a kernel, stride, dilation or divisor below 1, or a padding below 0";
static_assert(says(pool<rule::MaxPool2d>(tensor(2, 3, 8, 8), 2, 0, 0), amounts));
static_assert(says(pool<rule::MaxPool2d>(tensor(2, 3, 8, 8), 0, 1, 0), amounts));
static_assert(says(pool<rule::MaxPool2d>(tensor(2, 3, 8, 8), 2, 2, -1), amounts));
static_assert(says(pool<rule::MaxPool2d>(tensor(2, 3, 8, 8), 2, 2, 0, 0), amounts));
static_assert(says(infer(rule::AvgPool2d{{}, 0}, tensor(2, 3, 8, 8)),
                   "avg_pool2d: a kernel, stride, dilation or divisor below 1, or a padding below 0"));

using Image = X<stator::f32, stator::batch, 32, 24, 24>;
static_assert(is_a<decltype(stator::max_pool2d<2>(Image{})), stator::f32, stator::batch, 32, 12, 12>);
static_assert(is_a<decltype(stator::avg_pool2d<3, 2, 1>(Image{})), stator::f32, stator::batch, 32, 12, 12>);
static_assert(
    is_a<decltype(stator::max_pool2d_with_indices<2>(Image{}).indices), stator::i64, stator::batch, 32, 12, 12>);
static_assert(is_a<decltype(stator::AdaptiveAvgPool2d<1>{}(Image{})), stator::f32, stator::batch, 32, 1, 1>);
static_assert(
    is_a<decltype(stator::AdaptiveMaxPool2d<stator::Size2d(5, 7)>{}(Image{})), stator::f32, stator::batch, 32, 5, 7>);
static_assert(is_a<decltype(stator::Upsample<stator::resize{.scale_factor = 2}>{}(Image{})), stator::f32, stator::batch,
                   32, 48, 48>);
using Volume = X<stator::f32, stator::batch, 2, 3, 5, 7>;
static_assert(is_a<decltype(stator::Upsample<stator::resize{.size = {6, 4, 9}}>{}(Volume{})), stator::f32,
                   stator::batch, 2, 6, 4, 9>);
static_assert(is_a<decltype(stator::Upsample<stator::resize{.scale_factor = {2, 1, 1.5}}>{}(Volume{})), stator::f32,
                   stator::batch, 2, 6, 5, 10>);

using stator::rule::Interpolate;
static_assert(says(infer(Interpolate{{.size = 3}}, tensor(2, 3)),
                   "interpolate: the input is not [N, C, L], [N, C, H, W] or [N, C, D, H, W]"));
constexpr const char* either = "interpolate: either a size or a scale factor is needed";
static_assert(says(infer(Interpolate{}, tensor(2, 3, 8)), either));
static_assert(says(infer(Interpolate{{.size = 3, .scale_factor = 2}}, tensor(2, 3, 8)), either));
static_assert(says(infer(Interpolate{{.size = {3, 4}}}, tensor(2, 3, 8)),
                   "interpolate: sizes or factors are needed for each axis, or one for all"));
static_assert(says(infer(Interpolate{{.size = 3}}, tensor(2, 3, stator::steps)),
                   "interpolate: length, height, width and depth must be numbers"));
static_assert(says(infer(Interpolate{{.scale_factor = 0.1}}, tensor(2, 3, 8)), "interpolate: a size below 1"));

static_assert(is_a<decltype(stator::PixelShuffle<4>{}(Image{})), stator::f32, stator::batch, 2, 96, 96>);
using Sequence = X<stator::f32, stator::batch, 32, 24>;
static_assert(is_a<decltype(stator::MaxPool1d<3, 2>{}(Sequence{})), stator::f32, stator::batch, 32, 11>);
static_assert(is_a<decltype(stator::AvgPool1d<2>{}(Sequence{})), stator::f32, stator::batch, 32, 12>);

}  // namespace

TEST_CASE("a stride that is not given is the window's size") {
  STATIC_REQUIRE(is_a<decltype(stator::avg_pool2d<3>(Image{})), stator::f32, stator::batch, 32, 8, 8>);
  STATIC_REQUIRE(
      is_a<decltype(stator::max_pool2d<stator::Size2d(2, 3)>(Image{})), stator::f32, stator::batch, 32, 12, 8>);
}
