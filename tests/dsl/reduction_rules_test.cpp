// Shape rules of reductions, and of what is composed of them: mean, softmax, losses.
#include "tests/catch.h"
#include "tests/dsl/shape_rules.h"

using namespace shape_rules;

namespace {

constexpr TensorSpec x = tensor(batch, 3, 4);
static_assert(gives(infer(rule::Sum{Integers(1)}, x), tensor(batch, 1, 4)), "in the graph a reduced axis stays");
static_assert(gives(infer(rule::Sum{Integers(0, -1)}, x), tensor(1, 3, 1)));
static_assert(gives(infer(rule::Max{Integers(-2)}, x), tensor(batch, 1, 4)));
static_assert(gives(infer(rule::Argmax{-1}, x), as(stator::DType::i64, tensor(batch, 3, 1))));
static_assert(gives(infer(rule::Sum{Integers(0)}, as(stator::DType::i8, x)), as(stator::DType::i8, tensor(1, 3, 4))));
static_assert(says(infer(rule::Sum{Integers(3)}, x), "sum: an axis is not one of the operand's"));
static_assert(says(infer(rule::Sum{Integers(1, -2)}, x), "sum: an axis stands twice"));
static_assert(says(infer(rule::Max{Integers(-4)}, x), "max: an axis is not one of the operand's"));
static_assert(says(infer(rule::Max{Integers(0, 0)}, x), "max: an axis stands twice"));
static_assert(says(infer(rule::Argmax{3}, x), "argmax: the axis is not one of the operand's"));

// Sources: rules of values that come from outside.
static_assert(gives(infer(rule::Count{Integers(0, 1)}, x), tensor()));
static_assert(gives(check(rule::Constant{1.5}, x), x));
static_assert(gives(check(rule::Iota{1}, x), x) &&
              says(check(rule::Iota{3}, x), "iota: the axis is not one of the result's"));
constexpr TensorSpec whole = as(stator::DType::i64, tensor());
static_assert(gives(check(rule::RandomUniform{}, x, whole, whole), x));
static_assert(says(check(rule::RandomUniform{}, x, whole, tensor()), "random_uniform: seed and step are i64 scalars"));
static_assert(says(check(rule::RandomUniform{}, as(stator::DType::f64, x), whole, whole),
                   "random_uniform: draws are f32"));
static_assert(gives(infer(rule::Detach{}, x), x) && gives(infer(rule::Gradient{}, tensor(), x), x));
static_assert(says(infer(rule::Gradient{}, x, x), "gradient: the loss is not a scalar"));
static_assert(says(infer(rule::Gradient{}, tensor(), whole), "gradient: whole numbers have no gradient"));

// Through expressions, an axis goes unless it is kept.
using Y = X<stator::f32, stator::batch, 3, 4>;
using stator::keepdim;
static_assert(is_a<decltype(sum(Y{})), stator::f32> && is_a<decltype(sum(Y{}, keepdim)), stator::f32, 1, 1, 1>);
static_assert(is_a<decltype(stator::sum<1>(Y{})), stator::f32, stator::batch, 4>);
static_assert(is_a<decltype(stator::sum<-1, 0>(Y{})), stator::f32, 3>);
static_assert(is_a<decltype(stator::sum<-1>(Y{}, keepdim)), stator::f32, stator::batch, 3, 1>);
static_assert(is_a<decltype(stator::amax<0>(Y{})), stator::f32, 3, 4> && is_a<decltype(amax(Y{})), stator::f32>);
static_assert(is_a<decltype(argmax(Y{})), stator::i64, stator::batch, 3>);
static_assert(is_a<decltype(stator::argmax<-2>(Y{})), stator::i64, stator::batch, 4>);
static_assert(is_a<decltype(mean(Y{})), stator::f32> &&
              is_a<decltype(stator::mean<1, 2>(Y{})), stator::f32, stator::batch>);
static_assert(is_a<decltype(stator::mean<1>(Y{}, keepdim)), stator::f32, stator::batch, 1, 4>);
static_assert(is_a<decltype(mean(X<stator::bf16, 5>{})), stator::bf16>);
static_assert(is_a<decltype(softmax(Y{})), stator::f32, stator::batch, 3, 4>);
static_assert(decltype(softmax(Y{}))::what == stator::is::probabilities);
static_assert(decltype(stator::log_softmax<1>(Y{}))::what == stator::is::log_probabilities);

// Losses: a scalar, or one value for each target; images of labels as well as rows.
using stator::Reduction;
using Logits = X<stator::f32, stator::batch, 10>;
using Map = X<stator::f32, stator::batch, 10, 6, 7>;
using Digit = stator::Expr<stator::Labels<10, stator::batch>>;
using Plain = X<stator::i64, stator::batch>;
static_assert(is_a<decltype(cross_entropy(Logits{}, Digit{})), stator::f32> &&
              is_a<decltype(cross_entropy(Logits{}, Plain{})), stator::f32>);
static_assert(is_a<decltype(nll_loss(log_softmax(Logits{}), Digit{})), stator::f32>);
static_assert(
    is_a<decltype(stator::nll_loss<Reduction::none>(log_softmax(Logits{}), Digit{})), stator::f32, stator::batch>);
static_assert(is_a<decltype(stator::cross_entropy<Reduction::sum>(
                       Map{}, stator::Expr<stator::Labels<10, stator::batch, 6, 7>>{})),
                   stator::f32>);
static_assert(is_a<decltype(nll_loss(assume_log_probabilities(Logits{}), Digit{})), stator::f32>);
static_assert(is_a<decltype(mse_loss(Logits{}, Logits{})), stator::f32>);
static_assert(is_a<decltype(stator::mse_loss<Reduction::none>(Logits{}, Logits{})), stator::f32, stator::batch, 10>);

}  // namespace

TEST_CASE("axes are named from the front and stay in the order given") {
  REQUIRE(stator::detail::axes_of<Y, -1, 0>() == Integers(2, 0));
  REQUIRE(stator::detail::axes_of<Y>() == Integers(0, 1, 2));
}
