// Losses. Each refuses, at compile time, a value whose meaning does not fit.
#pragma once

#include "dsl/ops/mean.h"
#include "dsl/ops/softmax.h"

namespace stator {

namespace detail {
template <Operand X, Operand Y>
constexpr const char* broken_target(const char* rank, const char* extents, const char* classes) {
  constexpr TensorSpec x = X::tensor::spec, y = Y::tensor::spec;
  if (x.rank() < 2 || y.rank() != x.rank() - 1 || is_float(y.dtype)) return rank;
  for (int i = 0; i < y.rank(); ++i)
    if (y.extents[i] != x.extents[i < 1 ? i : i + 1]) return extents;
  return y.classes != 0 && Extent(y.classes) != x.extents[1] ? classes : nullptr;
}
/// The extents of `X` with its axis 1 set to 1: a target's, with room for the classes.
template <Operand X> constexpr rule::Reshape beside_classes() {
  Extents extents = X::tensor::spec.extents;
  extents[1] = Extent(1);
  return rule::Reshape{extents};
}
template <class X> struct ClassIndex {
  static constexpr TensorSpec spec{DType::i64, X::tensor::spec.extents};
};
/// [N, C, ...]: the index along the class axis.
template <Operand X> constexpr auto class_index(const X& x) {
  constexpr rule::Iota iota{1};
  return Expr<tensor_from_t<ClassIndex<X>>>{perform_in(x.context, iota, ClassIndex<X>::spec)};
}
/// -x at the target's class, for each target.
template <Operand X, Operand Y> constexpr auto picked(const X& x, const Y& target) {
  auto hit = class_index(x) == apply<beside_classes<X>()>(target);
  auto zero =
      Expr<type::Tensor<dtype_tag_t<X::tensor::spec.dtype>>>{literal(x.context, 0.0, {X::tensor::spec.dtype, {}})};
  return sum<1>(where(hit, -x, zero));
}
template <Operand X, Operand Y> struct NllMistake {
  static constexpr const char* message = broken_target<X, Y>("nll_loss: the target is not a class index for each row",
                                                             "nll_loss: extents of input and target differ",
                                                             "nll_loss: the input's classes differ from the labels'");
};
template <Operand X, Operand Y> struct CrossEntropyMistake {
  static constexpr const char* message =
      broken_target<X, Y>("cross_entropy: the target is not a class index for each row",
                          "cross_entropy: extents of input and target differ",
                          "cross_entropy: the input's classes differ from the labels'");
};
}  // namespace detail

/// The negative log-likelihood of class indices. Source: torch.nn.functional.nll_loss.
/// Shapes: input [N, C, ...] of log-probabilities, target [N, ...] of whole numbers below C -> scalar ([N, ...] for
/// none).
template <Reduction R = Reduction::mean, Operand X, Operand Y>
requires(X::what == is::log_probabilities && detail::NllMistake<X, Y>::message == nullptr)
constexpr auto nll_loss(const X& input, const Y& target) {
  return detail::reduce<R>(detail::picked(input, target));
}
template <Reduction R = Reduction::mean, Operand X, Operand Y> requires(X::what != is::log_probabilities)
Advice<"nll_loss takes log-probabilities: use cross_entropy, or apply log_softmax first", shape_of<X>> nll_loss(
    const X& input, const Y& target);
template <Reduction R = Reduction::mean, Operand X, Operand Y>
requires(X::what == is::log_probabilities && detail::NllMistake<X, Y>::message != nullptr)
ShapeError<text_of<detail::NllMistake<X, Y>>, shape_of<X>, shape_of<Y>> nll_loss(const X& input, const Y& target);

/// The cross entropy of logits and class indices: nll_loss(log_softmax(input)). Source:
/// torch.nn.functional.cross_entropy. Shapes: input [N, C, ...] of logits, target [N, ...] of whole numbers below C ->
/// scalar ([N, ...] for none).
template <Reduction R = Reduction::mean, Operand X, Operand Y>
requires(X::what == is::anything && detail::CrossEntropyMistake<X, Y>::message == nullptr)
constexpr auto cross_entropy(const X& input, const Y& target) {
  return detail::reduce<R>(detail::picked(log_softmax<1>(input), target));
}
template <Reduction R = Reduction::mean, Operand X, Operand Y> requires(X::what == is::probabilities)
Advice<"cross_entropy takes logits: it applies log_softmax itself, so drop the softmax", shape_of<X>> cross_entropy(
    const X& input, const Y& target);
template <Reduction R = Reduction::mean, Operand X, Operand Y> requires(X::what == is::log_probabilities)
Advice<"cross_entropy takes logits: after log_softmax use nll_loss", shape_of<X>> cross_entropy(const X& input,
                                                                                                const Y& target);
template <Reduction R = Reduction::mean, Operand X, Operand Y>
requires(X::what == is::anything && detail::CrossEntropyMistake<X, Y>::message != nullptr)
ShapeError<text_of<detail::CrossEntropyMistake<X, Y>>, shape_of<X>, shape_of<Y>> cross_entropy(const X& input,
                                                                                               const Y& target);

/// The mean squared error of two tensors of the same shape. Source: torch.nn.functional.mse_loss, which only warns
/// where shapes differ and broadcasts; here that is a mistake.
template <Reduction R = Reduction::mean, Operand X, Operand Y> requires(spec_of<X>.extents == spec_of<Y>.extents)
constexpr auto mse_loss(const X& input, const Y& target) {
  return detail::reduce<R>(square(input - target));
}
template <Reduction R = Reduction::mean, Operand X, Operand Y> requires(spec_of<X>.extents != spec_of<Y>.extents)
ShapeError<"mse_loss: shapes of input and target differ", shape_of<X>, shape_of<Y>> mse_loss(const X& input,
                                                                                             const Y& target);

}  // namespace stator
