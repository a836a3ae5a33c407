// Extents: numbers, symbols and their products.
#include "tests/catch.h"
#include "tests/dsl/shape_rules.h"

using namespace shape_rules;

static_assert(Extent(2) * Extent(3) == Extent(6));
static_assert(Extent(batch) * Extent(3) == Extent(3) * Extent(batch));
static_assert(Extent(batch) * Extent(steps) == Extent(steps) * Extent(batch), "symbols stand in one order");
static_assert(Extent(batch) != Extent(steps) && Extent(batch) != Extent(1));
static_assert(Extent(batch) * Extent(batch) * Extent(batch) * Extent(batch) == Extent(-1), "at most three symbols");
static_assert(Extent(batch).is_number() == false && Extent(7).is_number());

static_assert(divide(Extent(12), Extent(4)) == Extent(3));
static_assert(divide(Extent(12), Extent(5)) == Extent(-1) && divide(Extent(12), Extent(0)) == Extent(-1));
static_assert(divide(Extent(batch) * Extent(12), Extent(batch)) == Extent(12));
static_assert(divide(Extent(batch) * Extent(steps), Extent(batch)) == Extent(steps));
static_assert(divide(Extent(12), Extent(batch)) == Extent(-1));

static_assert(element_count(Extents{0, 2, batch, 3, steps}) == Extent(6) * Extent(batch) * Extent(steps));
static_assert(element_count(Extents{}) == Extent(1), "a scalar has one element");
static_assert(Extents{0, 2, 3}[-1] == Extent(3) && Extents{0, 2, 3}[-2] == Extent(2));
static_assert(Extents{0, 2, 3}.has_axis(-2) && !Extents{0, 2, 3}.has_axis(2) && !Extents{0, 2, 3}.has_axis(-3));
static_assert(Extents{0, 2, 3} != Extents{0, 2, 3, 1} && Extents{0, 2, 3} != Extents{0, 3, 2});

// How a type says it.
static_assert(std::is_same_v<stator::Tensor<stator::f32, 784>, stator::Tensor<stator::f32, 784L>>);
static_assert(std::is_same_v<stator::Tensor<stator::f32, stator::batch * stator::steps>,
                             stator::Tensor<stator::f32, stator::steps * stator::batch>>);
static_assert(stator::Tensor<stator::f32, stator::batch, 784>::spec == tensor(batch, 784));
static_assert(stator::Labels<10, stator::batch>::spec.classes == 10);
static_assert(stator::Labels<10, stator::batch>::spec.dtype == stator::DType::i64);

TEST_CASE("a symbol is bound by assignment") {
  stator::Binding binding = stator::batch = 32;
  REQUIRE(binding.symbol == batch);
  REQUIRE(binding.number == 32);
}
