// The dtype in which two operands meet: every pair, as torch.promote_types gives it.
#include "tests/catch.h"
#include "tests/dsl/shape_rules.h"

using namespace shape_rules;
using enum stator::DType;  // i8 is a value here, stator::i8 the tag

namespace {

constexpr int count = 10;
constexpr stator::DType types[count]{f64, f32, f16, bf16, i64, i32, i16, i8, u8, boolean};

/// Source: torch.promote_types of PyTorch 2, rows and columns in the order of `types`.
constexpr stator::DType expected[count][count]{
    {f64, f64, f64, f64, f64, f64, f64, f64, f64, f64},  {f64, f32, f32, f32, f32, f32, f32, f32, f32, f32},
    {f64, f32, f16, f32, f16, f16, f16, f16, f16, f16},  {f64, f32, f32, bf16, bf16, bf16, bf16, bf16, bf16, bf16},
    {f64, f32, f16, bf16, i64, i64, i64, i64, i64, i64}, {f64, f32, f16, bf16, i64, i32, i32, i32, i32, i32},
    {f64, f32, f16, bf16, i64, i32, i16, i16, i16, i16}, {f64, f32, f16, bf16, i64, i32, i16, i8, i16, i8},
    {f64, f32, f16, bf16, i64, i32, i16, i16, u8, u8},   {f64, f32, f16, bf16, i64, i32, i16, i8, u8, boolean}};

constexpr bool agrees_everywhere() {
  for (int a = 0; a < count; ++a)
    for (int b = 0; b < count; ++b)
      if (stator::promote(types[a], types[b]) != expected[a][b]) return false;
  return true;
}
static_assert(agrees_everywhere());

// Ops: `real` ones take whole numbers as f32; comparisons give bool; literals follow the tensor. Source:
// torch.result_type.
static_assert(infer(rule::add{}, as(i32, tensor(3)), as(u8, tensor(3))).spec.dtype == i32);
static_assert(infer(rule::div{}, as(i32, tensor(3)), as(i32, tensor(3))).spec.dtype == f32);
static_assert(infer(rule::exp{}, as(boolean, tensor(3))).spec.dtype == f32 &&
              infer(rule::exp{}, as(f16, tensor(3))).spec.dtype == f16);
static_assert(infer(rule::relu{}, as(i8, tensor(3))).spec.dtype == i8);
static_assert(infer(rule::less{}, as(f64, tensor(3)), as(i32, tensor(3))).spec.dtype == boolean);
static_assert(is_a<decltype(X<stator::i32, 3>{} * 2), stator::i32, 3>);
static_assert(is_a<decltype(X<stator::i32, 3>{} * 2.5), stator::f32, 3>);
static_assert(is_a<decltype(2.5 * X<stator::f16, 3>{}), stator::f16, 3>);
static_assert(is_a<decltype(X<stator::f16, 3>{} < 1), stator::boolean, 3>);

}  // namespace

TEST_CASE("promotion is symmetric and keeps a type that meets itself") {
  for (stator::DType a : types) {
    CHECK(stator::promote(a, a) == a);
    for (stator::DType b : types) CHECK(stator::promote(a, b) == stator::promote(b, a));
  }
}
