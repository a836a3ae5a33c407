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

}  // namespace rule

namespace detail {
/// Leading axes of a meet b's as one axis of rows where b is a plain matrix.
template <class A> constexpr rule::Reshape rows_of() {
  constexpr Extents from = A::tensor::spec.extents;
  return rule::Reshape{flattened(from, 0, from.rank - 2)};
}
}  // namespace detail

/// The matrix product over the last two axes; a plain matrix `b` serves all leading axes of `a`. Source: torch.matmul.
/// [..., M, K] x [..., K, N] -> [..., M, N]
template <Operand A, Operand B> requires Fits<rule::Matmul{}, A, B> constexpr auto matmul(const A& a, const B& b) {
  if constexpr (spec_of<A>.rank() > 2 && spec_of<B>.rank() == 2) {
    constexpr Extents to = detail::inferred<rule::Matmul{}, A, B>::spec.extents;
    return apply<rule::Reshape{to}>(apply<rule::Matmul{}>(apply<detail::rows_of<A>()>(a), b));
  } else {
    return apply<rule::Matmul{}>(a, b);
  }
}
template <Operand A, Operand B> requires(!Fits<rule::Matmul{}, A, B>)
ShapeError<broken<rule::Matmul{}, A, B>, shape_of<A>, shape_of<B>> matmul(const A& a, const B& b);

}  // namespace stator
