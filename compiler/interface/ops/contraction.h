// The matrix product.
#pragma once

#include "compiler/interface/ops/movement.h"

namespace stator {
namespace rule {

/// [..., M, K] x [..., K, N] -> [..., M, N]; in the graph the leading extents are equal.
struct Matmul {
  static constexpr std::string_view name = "matmul";
  constexpr static void attributes(auto&, auto&&) {}
  static constexpr Inferred infer(Specs operands) {
    const TensorSpec &a = operands[0], &b = operands[1];
    if (a.rank() < 2 || b.rank() < 2) return "matmul: an operand has fewer than two axes";
    if (a.extents[-1] != b.extents[-2]) return "matmul: inner extents differ";
    if (a.dtype != b.dtype) return "matmul: dtypes differ";
    if (a.rank() != b.rank() && b.rank() != 2) return "matmul: ranks differ";
    for (int i = 0; b.rank() > 2 && i < a.rank() - 2; ++i)
      if (a.extents[i] != b.extents[i]) return "matmul: leading extents differ";
    TensorSpec result{a.dtype, a.extents};
    result.extents[-1] = b.extents[-1];
    return result;
  }
};

/// The product as users write it: a vector is a row on the left and a column on the right, and leading axes broadcast.
/// In the graph it is reshapes and broadcasts around a Matmul. Source: torch.matmul.
struct BroadcastMatmul {
  /// The operand as a matrix.
  static constexpr Extents matrix(const Extents& x, bool left) {
    if (x.rank != 1) return x;
    return left ? Extents{0, Extent(1), x[0]} : Extents{0, x[0], Extent(1)};
  }
  static constexpr Extents leading(const Extents& matrix) {
    Extents out;
    for (int i = 0; i < matrix.rank - 2; ++i) out.push(matrix[i]);
    return out;
  }
  /// [..., rows, columns]
  static constexpr Extents below(Extents leading, const Extent& rows, const Extent& columns) {
    leading.push(rows), leading.push(columns);
    return leading;
  }
  static constexpr Inferred infer(Specs operands) {
    if (operands[0].rank() == 0 || operands[1].rank() == 0) return "matmul: an operand is a scalar";
    const Extents a = matrix(operands[0].extents, true), b = matrix(operands[1].extents, false);
    if (a[-1] != b[-2]) return "matmul: inner extents differ";
    if (operands[0].dtype != operands[1].dtype) return "matmul: dtypes differ";
    TensorSpec result{operands[0].dtype, broadcast(leading(a), leading(b))};
    if (!fits(result.extents)) return "matmul: leading extents do not broadcast";
    if (operands[0].rank() > 1) result.extents.push(a[-2]);
    if (operands[1].rank() > 1) result.extents.push(b[-1]);
    return result;
  }
};

}  // namespace rule

namespace detail {
/// Leading axes of a meet b's as one axis of rows where b is a plain matrix.
template <class A> constexpr rule::Reshape rows_of() {
  constexpr Extents from = A::tensor::spec.extents;
  return rule::Reshape{flattened(from, 0, from.rank - 2)};
}
/// The operands of a product that needs them as matrices of equal leading extents.
template <class A, class B> struct EqualMatrices {
  using M = rule::BroadcastMatmul;
  static constexpr Extents a = M::matrix(A::tensor::spec.extents, true), b = M::matrix(B::tensor::spec.extents, false);
  static constexpr Extents leading = rule::broadcast(M::leading(a), M::leading(b));
  static constexpr DType dtype = A::tensor::spec.dtype;
  static constexpr TensorSpec left{dtype, M::below(leading, a[-2], a[-1])},
      right{dtype, M::below(leading, b[-2], b[-1])}, product{dtype, M::below(leading, a[-2], b[-1])};
};
}  // namespace detail

/// The matrix product over the last two axes, with leading axes broadcast; a plain matrix `b` serves all leading axes
/// of `a`, and a vector is a row on the left, a column on the right. Source: torch.matmul.
/// [..., M, K] x [..., K, N] -> [..., M, N]
template <Operand A, Operand B> requires Fits<rule::BroadcastMatmul{}, A, B>
constexpr auto matmul(const A& a, const B& b) {
  if constexpr (spec_of<A>.rank() > 2 && spec_of<B>.rank() == 2) {
    constexpr Extents to = detail::inferred<rule::Matmul{}, A, B>::spec.extents;
    return apply<rule::Reshape{to}>(apply<rule::Matmul{}>(apply<detail::rows_of<A>()>(a), b));
  } else if constexpr (spec_of<A>.rank() == spec_of<B>.rank() && Fits<rule::Matmul{}, A, B>) {
    return apply<rule::Matmul{}>(a, b);
  } else {
    using Equal = detail::EqualMatrices<A, B>;
    using Result = result_t<rule::BroadcastMatmul{}, A, B>;
    Held left = detail::expand(apply<rule::Reshape{Equal::a}>(a), {Equal::dtype, Equal::a}, Equal::left),
         right = detail::expand(apply<rule::Reshape{Equal::b}>(b), {Equal::dtype, Equal::b}, Equal::right);
    Held product = perform(rule::Matmul{}, Equal::product, left, right);
    return Result{detail::convert(rule::Reshape::name, product, Result::tensor::spec)};
  }
}
template <Operand A, Operand B> requires(!Fits<rule::BroadcastMatmul{}, A, B>)
ShapeError<broken<rule::BroadcastMatmul{}, A, B>, shape_of<A>, shape_of<B>> matmul(const A& a, const B& b);

}  // namespace stator
