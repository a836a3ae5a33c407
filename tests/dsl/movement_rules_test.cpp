// Shape rules of reshape, flatten, permute, transpose, slice, pad and flip.
#include "tests/catch.h"
#include "tests/dsl/shape_rules.h"

using namespace shape_rules;

namespace {

template <class... E> constexpr rule::Reshape to(E... extents) { return {Extents{0, extents...}}; }
static_assert(gives(infer(to(6, 4), tensor(2, 3, 4)), tensor(6, 4)));
static_assert(gives(infer(to(-1, 4), tensor(2, 3, 4)), tensor(6, 4)));
static_assert(gives(infer(to(batch, -1), tensor(batch, 3, 4)), tensor(batch, 12)));
static_assert(gives(infer(to(-1, 4), tensor(batch, 3, 4)), tensor(Extent(3) * Extent(batch), 4)));
static_assert(gives(infer(to(-1), tensor(batch, steps)), tensor(Extent(batch) * Extent(steps))));
static_assert(gives(infer(to(steps, batch), tensor(batch, steps)), tensor(steps, batch)));
static_assert(gives(infer(to(1, 1), tensor()), tensor(1, 1)));
static_assert(says(infer(to(5, 5), tensor(2, 3, 4)), "reshape: the number of elements changes"));
static_assert(says(infer(to(-1, 5), tensor(2, 3, 4)), "reshape: the number of elements changes"));
static_assert(says(infer(to(-1, steps), tensor(batch, 4)), "reshape: the number of elements changes"));
static_assert(says(infer(to(-1, -1), tensor(2, 3, 4)), "reshape: more than one extent is -1"));
static_assert(says(check(rule::Reshape{}, as(stator::DType::f64, tensor(2)), tensor(2)), "reshape: the dtype changes"));

constexpr TensorSpec abc = tensor(2, batch, 4);
static_assert(gives(infer(rule::Permute{Integers(2, 0, 1)}, abc), tensor(4, 2, batch)));
static_assert(gives(infer(rule::Permute{Integers(-1, 0, -2)}, abc), tensor(4, 2, batch)));
static_assert(says(infer(rule::Permute{Integers(0, 1)}, abc),
                   "permute: as many axes as the operand's rank are needed"));
static_assert(says(infer(rule::Permute{Integers(0, 1, 3)}, abc), "permute: an axis is not one of the operand's"));
static_assert(says(infer(rule::Permute{Integers(0, 1, -2)}, abc), "permute: an axis stands twice"));

constexpr rule::Slice slice(long start, long stop, long step) {
  return {Integers(0, start), Integers(-1, stop), Integers(1, step)};
}
static_assert(gives(infer(slice(0, -1, 1), tensor(batch, steps)), tensor(batch, steps)), "a symbol taken whole");
static_assert(gives(infer(slice(1, 8, 3), tensor(batch, 10)), tensor(batch, 3)));
static_assert(gives(infer(slice(2, 2, 1), tensor(batch, 10)), tensor(batch, 0)));
static_assert(gives(infer(slice(1, -1, 2), tensor(batch, 10)), tensor(batch, 5)));
static_assert(says(infer(slice(0, 4, 1), tensor(10)), "slice: one start, stop and step for each axis are needed"));
static_assert(says(infer(slice(1, -1, 1), tensor(batch, steps)), "slice: a symbolic extent can only be taken whole"));
static_assert(says(infer(slice(0, 4, 0), tensor(batch, 10)), "slice: the step is below 1"));
static_assert(says(infer(slice(0, 11, 1), tensor(batch, 10)), "slice: the range lies outside the operand"));
static_assert(says(infer(slice(5, 4, 1), tensor(batch, 10)), "slice: the range lies outside the operand"));
static_assert(says(infer(slice(-1, 4, 1), tensor(batch, 10)), "slice: the range lies outside the operand"));

constexpr rule::Pad pad(long low, long high, long interior) {
  return {Integers(0, low), Integers(0, high), Integers(0, interior)};
}
static_assert(gives(infer(pad(1, 2, 0), tensor(batch, 4)), tensor(batch, 7)));
static_assert(gives(infer(pad(0, 0, 2), tensor(batch, 4)), tensor(batch, 10)));
static_assert(gives(infer(pad(1, 1, 2), tensor(batch, 0)), tensor(batch, 2)));
static_assert(says(infer(pad(1, 1, 1), tensor(4)), "pad: one low, high and interior for each axis are needed"));
static_assert(says(infer(pad(1, 0, 0), tensor(batch, steps)), "pad: a symbolic extent cannot be padded"));
static_assert(says(infer(pad(-1, 0, 0), tensor(batch, 4)), "pad: a negative amount"));

static_assert(gives(infer(rule::Flip{Integers(0, -1)}, abc), abc));
static_assert(says(infer(rule::Flip{Integers(3)}, abc), "flip: an axis is not one of the operand's"));

// The same through expressions; what is known of a value stays known.
using Image = X<stator::f32, stator::batch, 32, 12, 12>;
static_assert(is_a<decltype(flatten(Image{})), stator::f32, stator::batch, 4608>);
static_assert(
    is_a<decltype(stator::flatten<0, 1>(Image{})), stator::f32, stator::Times<32, stator::symbol::batch>{}, 12, 12>);
static_assert(is_a<decltype(stator::flatten<0>(X<stator::f32, stator::batch, stator::steps>{})), stator::f32,
                   stator::batch * stator::steps>);
static_assert(is_a<decltype(stator::reshape<stator::batch, -1>(Image{})), stator::f32, stator::batch, 4608>);
static_assert(is_a<decltype(stator::permute<0, 2, 3, 1>(Image{})), stator::f32, stator::batch, 12, 12, 32>);
static_assert(is_a<decltype(transpose(X<stator::f32, 2, 3, stator::steps>{})), stator::f32, 2, stator::steps, 3>);
static_assert(is_a<decltype(stator::transpose<0, -1>(X<stator::f32, 2, 3, 4>{})), stator::f32, 4, 3, 2>);
using Likely = decltype(log_softmax(X<stator::f32, 2, 3>{}));
static_assert(Likely::what == stator::is::log_probabilities);
static_assert(decltype(transpose(Likely{}))::what == stator::is::log_probabilities);
static_assert(decltype(stator::reshape<6>(Likely{}))::what == stator::is::log_probabilities);
static_assert(decltype(Likely{} * 2)::what == stator::is::anything);

}  // namespace

TEST_CASE("labels keep their class count through a reshape") {
  TensorSpec labels = stator::Labels<10, 6>::spec;
  REQUIRE(infer(to(2, 3), labels).spec.classes == 10);
}
