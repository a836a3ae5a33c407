// Pieces, axes and amounts that an operand does not have.
#include <stator/stator.h>
namespace st = stator;
template <auto... E> using F = st::Expr<st::Tensor<st::f32, E...>>;

#ifdef GOOD
using X = F<4, 6>;
using Mask = st::Expr<st::Tensor<st::boolean, 4, 1>>;
template <int Axis> constexpr int axis = 1;
template <long Count> constexpr long count = 2;
#else
using X = F<4, 5>;
using Mask = st::Expr<st::Tensor<st::boolean, 3, 1>>;
template <int Axis> constexpr int axis = Axis;
template <long Count> constexpr long count = Count;
#endif

void broken(X x, Mask mask, F<st::batch, 3> rows) {
  // expect: split: the sizes are not those of an axis of the operand | Shape<4, 5>
  auto a = st::split<st::sizes<2, 4>, 1>(x);
  // expect: unsqueeze: the result has no such axis | Shape<4, 5>
  auto b = st::unsqueeze<axis<4>>(x);
  // expect: slice: the axis is not one of the operand's | Shape<4, 5>
  auto c = st::slice<axis<2>, 0, 2>(x);
  // expect: narrow: the range lies outside the operand | Shape<4, 5>
  auto d = st::narrow<0, count<3>, 2>(x);
  // expect: masked_fill: the mask does not broadcast to the operand | Shape<4, 5>, Shape<3, 1>
  auto e = masked_fill(x, mask, 0);
  // expect: glu: no such axis of an even number | Shape<4, 5>
  auto f = st::glu(x);
  // expect: topk: no such axis of at least k numbers, or too many axes | Shape<4, 5>
  auto g = st::topk<count<6>>(x);
  // expect: max: no such axis of numbers: amax gives values alone | Shape<4, 5>
  auto h = st::max<axis<2>>(x);
  // expect: var: an axis is not one of the operand's | Shape<4, 5>
  auto i = st::var<axis<2>>(x);
#ifndef GOOD
  // expect: cumsum: no such axis of numbers | Shape<batch, 3>
  auto j = st::cumsum<0>(rows);
  // expect: stack: shapes or dtypes differ, or the result has no such axis | Shape<4, 5>, Shape<batch, 3>
  auto k = st::stack<0>(x, rows);
  // expect: expand: only extents of 1 stretch | Shape<4, 5>, Shape<4, 7>
  auto l = st::expand<4, 7>(x);
#endif
}
