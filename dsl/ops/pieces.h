// Parts of an axis taken and put together again: what poolings of uneven windows, resizing and padding modes share.
#pragma once

#include <utility>

#include "compiler/interface/ops/elementwise.h"
#include "compiler/interface/ops/movement.h"

namespace stator::detail {

/// Elements [start, stop) along `axis`, each `step`-th.
template <class X> constexpr rule::Slice part_of(int axis, long start, long stop, long step = 1) {
  rule::Slice slice;
  for (int i = 0; i < X::tensor::spec.rank(); ++i) slice.start.push(0), slice.stop.push(-1), slice.step.push(1);
  slice.start.at[axis] = start, slice.stop.at[axis] = stop, slice.step.at[axis] = step;
  return slice;
}
template <int Axis, long Start, long Stop, long Step = 1, Operand X> constexpr auto part(const X& x) {
  return apply<part_of<X>(Axis, Start, Stop, Step)>(x);
}

/// An axis of extent 1 repeated `count` times.
template <class X, int Axis, long Count> struct Repeated {
  static constexpr TensorSpec make() {
    TensorSpec repeated{X::tensor::spec.dtype, X::tensor::spec.extents};
    repeated.extents[Axis] = Extent(Count);
    return repeated;
  }
  static constexpr TensorSpec spec = make();
};
template <int Axis, long Count, Operand X> constexpr auto repeat_along(const X& x) {
  using To = tensor_from_t<Repeated<X, Axis, Count>>;
  return Expr<To>{{expand(x, X::tensor::spec, To::spec)}};
}

/// The values one after the other along `Axis`; a single one as it is.
template <int Axis, Operand First, Operand... Rest> constexpr auto join(const First& first, const Rest&... rest) {
  if constexpr (sizeof...(Rest) == 0) return first;
  else return cat<Axis>(first, rest...);
}

/// `piece<0>()`, ..., `piece<Count - 1>()` one after the other along `Axis`.
template <int Axis, long Count, class Piece> constexpr auto join_pieces(Piece piece) {
  return [&]<long... I>(std::integer_sequence<long, I...>) {
    return join<Axis>(piece.template operator()<I>()...);
  }(std::make_integer_sequence<long, Count>{});
}

}  // namespace stator::detail
