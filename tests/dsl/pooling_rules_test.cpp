// Shape rules of the poolings; sizes as PyTorch's formula gives them.
#include "tests/catch.h"
#include "tests/dsl/shape_rules.h"

using namespace shape_rules;

namespace {

template <class Pooling> constexpr Inferred pool(const TensorSpec& x, long kernel, long stride, long padding) {
  return infer(
      Pooling{{Integers(kernel, kernel), Integers(stride, stride), Integers(padding, padding), Integers(2, 3)}}, x);
}
template <class Pooling> constexpr bool follows_the_formula() {
  return gives(pool<Pooling>(tensor(batch, 3, 24, 24), 2, 2, 0), tensor(batch, 3, 12, 12)) &&
         gives(pool<Pooling>(tensor(batch, 3, 25, 24), 2, 2, 0), tensor(batch, 3, 12, 12)) &&
         gives(pool<Pooling>(tensor(batch, 3, 24, 24), 3, 1, 0), tensor(batch, 3, 22, 22)) &&
         gives(pool<Pooling>(tensor(2, 3, 112, 112), 3, 2, 1), tensor(2, 3, 56, 56)) &&
         gives(pool<Pooling>(tensor(2, 3, 2, 2), 2, 2, 0), tensor(2, 3, 1, 1));
}
static_assert(follows_the_formula<rule::MaxPool2d>() && follows_the_formula<rule::AvgPool2d>());

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

using Image = X<stator::f32, stator::batch, 32, 24, 24>;
static_assert(is_a<decltype(stator::max_pool2d<2>(Image{})), stator::f32, stator::batch, 32, 12, 12>);
static_assert(is_a<decltype(stator::avg_pool2d<3, 2, 1>(Image{})), stator::f32, stator::batch, 32, 12, 12>);

}  // namespace

TEST_CASE("a stride that is not given is the window's size") {
  constexpr auto pooling = stator::detail::pooling<rule::AvgPool2d, 3, 0, 1>();
  REQUIRE(pooling.stride == Integers(3, 3));
  REQUIRE(pooling.padding == Integers(1, 1));
}
