// Elements replaced where a condition holds, or by their place.
#pragma once

#include "dsl/ops/positions.h"

namespace stator {

/// `a` where the condition holds, else a number of its dtype; and the other way round. Source: torch.where.
template <Operand C, Operand A, Number N> requires Fits<rule::Where{}, C, A, A>
constexpr auto where(const C& condition, const A& a, N b) {
  return where(condition, a, detail::number_like(a, static_cast<double>(b)));
}
template <Operand C, Number N, Operand B> requires Fits<rule::Where{}, C, B, B>
constexpr auto where(const C& condition, N a, const B& b) {
  return where(condition, detail::number_like(b, static_cast<double>(a)), b);
}

namespace detail {
template <Operand X, Operand M> constexpr const char* broken_masked_fill() {
  if (M::tensor::spec.dtype != DType::boolean) return "masked_fill: the mask is not bool";
  const Extents all = rule::broadcast(X::tensor::spec.extents, M::tensor::spec.extents);
  return all == X::tensor::spec.extents ? nullptr : "masked_fill: the mask does not broadcast to the operand";
}
template <Operand X, Operand M> struct MaskedFillMistake {
  static constexpr const char* message = broken_masked_fill<X, M>();
};
}  // namespace detail

/// `value` where the mask holds, which broadcasts to `x`; else `x`. Source: torch.Tensor.masked_fill.
template <Operand X, Operand M> requires(detail::MaskedFillMistake<X, M>::message == nullptr)
constexpr auto masked_fill(const X& x, const M& mask, double value) {
  return where(mask, detail::number_like(x, value), x);
}
template <Operand X, Operand M> requires(detail::MaskedFillMistake<X, M>::message != nullptr)
ShapeError<text_of<detail::MaskedFillMistake<X, M>>, shape_of<X>, shape_of<M>> masked_fill(const X& x, const M& mask,
                                                                                           double value);

/// The last two axes below and on diagonal `Diagonal`, zeros above it. Source: torch.tril.
template <long Diagonal = 0, Operand X> requires(spec_of<X>.rank() >= 2) constexpr auto tril(const X& x) {
  return where(detail::positions<-2>(x) + Diagonal >= detail::positions<-1>(x), x, 0);
}
template <long Diagonal = 0, Operand X> requires(spec_of<X>.rank() < 2)
ShapeError<"tril: the operand has fewer than two axes", shape_of<X>> tril(const X& x);

/// The last two axes on and above diagonal `Diagonal`, zeros below it. Source: torch.triu.
template <long Diagonal = 0, Operand X> requires(spec_of<X>.rank() >= 2) constexpr auto triu(const X& x) {
  return where(detail::positions<-2>(x) + Diagonal <= detail::positions<-1>(x), x, 0);
}
template <long Diagonal = 0, Operand X> requires(spec_of<X>.rank() < 2)
ShapeError<"triu: the operand has fewer than two axes", shape_of<X>> triu(const X& x);

}  // namespace stator
