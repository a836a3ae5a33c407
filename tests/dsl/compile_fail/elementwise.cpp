// Elementwise ops of tensors whose extents do not broadcast.
#include <stator/stator.h>
namespace st = stator;

using A = st::Expr<st::Tensor<st::f32, 32, 784>>;
#ifdef GOOD
using B = st::Expr<st::Tensor<st::f32, 784>>;
using Rows = st::Expr<st::Tensor<st::f32, 32, 1>>;
using Condition = st::Expr<st::Tensor<st::boolean, 32, 784>>;
constexpr char mode[] = "trunc";
#else
using B = st::Expr<st::Tensor<st::f32, 785>>;
using Rows = st::Expr<st::Tensor<st::f32, st::batch, 784>>;
using Condition = A;
constexpr char mode[] = "round";
#endif

void broken(A a, B b, Rows rows, Condition condition) {
  // expect: add: extents do not broadcast | Shape<32, 784>, Shape<785>
  auto sum = a + b;
  // expect: sub: extents do not broadcast | Shape<785>, Shape<32, 784>
  auto difference = b - a;
  // expect: mul: extents do not broadcast | Shape<32, 784>, Shape<batch, 784>
  auto product = a * rows;
  // expect: div: extents do not broadcast | Shape<32, 784>, Shape<785>
  auto quotient = a / b;
  // expect: equal: extents do not broadcast | Shape<32, 784>, Shape<785>
  auto same = a == b;
  // expect: not_equal: extents do not broadcast | Shape<32, 784>, Shape<785>
  auto other = a != b;
  // expect: less: extents do not broadcast | Shape<32, 784>, Shape<785>
  auto below = a < b;
  // expect: less_equal: extents do not broadcast | Shape<32, 784>, Shape<785>
  auto at_most = a <= b;
  // expect: greater: extents do not broadcast | Shape<32, 784>, Shape<785>
  auto above = a > b;
  // expect: greater_equal: extents do not broadcast | Shape<32, 784>, Shape<785>
  auto at_least = a >= b;
  // expect: maximum: extents do not broadcast | Shape<32, 784>, Shape<785>
  auto greater = maximum(a, b);
  // expect: minimum: extents do not broadcast | Shape<32, 784>, Shape<785>
  auto lesser = minimum(a, b);
  // expect: pow: extents do not broadcast | Shape<32, 784>, Shape<785>
  auto power = pow(a, b);
  // expect: logical_and: extents do not broadcast | Shape<32, 784>, Shape<785>
  auto both = logical_and(a, b);
  // expect: logical_or: extents do not broadcast | Shape<32, 784>, Shape<785>
  auto either = logical_or(a, b);
  // expect: div: extents do not broadcast | Shape<32, 784>, Shape<785>
  auto down = st::div<"floor">(a, b);
  // expect: div: rounding_mode is neither floor nor trunc | Shape<32, 784>, Shape<32, 784>
  auto rounded = st::div<mode>(a, a);
  // expect: where: the condition is not bool | Shape<32, 784>, Shape<32, 784>, Shape<32, 784>
  auto picked = where(condition, a, a);
  // expect: where: extents do not broadcast | Shape<32, 784>, Shape<32, 784>, Shape<785>
  auto mixed = where(a > 0, a, b);
}
