// Numbers that say where an element stands, for comparisons with positions: masks, running sums, one-hot rows.
#pragma once

#include "compiler/interface/ops/elementwise.h"

namespace stator::detail {

/// The index along axis `Axis` of `X`, with extent 1 along all others: it broadcasts to X. i64.
template <class X, int Axis> struct PositionsAlong {
  static constexpr int axis = X::tensor::spec.extents.axis_from_front(Axis);
  static constexpr TensorSpec make() {
    TensorSpec line{DType::i64, {}};
    for (int i = 0; i < X::tensor::spec.rank(); ++i)
      line.extents.push(i == axis ? X::tensor::spec.extents[i] : Extent(1));
    return line;
  }
  static constexpr TensorSpec spec = make();
};
template <int Axis, Operand X> constexpr auto positions(const X& x) {
  using Line = PositionsAlong<X, Axis>;
  return Expr<tensor_from_t<Line>>{perform_in(x.context, rule::Iota{Line::axis}, Line::spec)};
}

/// `value` as a scalar of the element type of `X`.
template <Operand X> constexpr auto number_like(const X& x, double value) {
  constexpr TensorSpec scalar{X::tensor::spec.dtype, {}};
  return Expr<type::Tensor<dtype_tag_t<scalar.dtype>>>{literal(x.context, value, scalar)};
}

}  // namespace stator::detail
