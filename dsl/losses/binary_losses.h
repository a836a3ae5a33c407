// Losses of yes or no: binary cross entropy, and its kin whose targets are 1 and -1.
#pragma once

#include "dsl/losses/options.h"
#include "dsl/ops/masking.h"
#include "dsl/ops/math.h"

namespace stator {

/// An argument of binary_cross_entropy_with_logits: what targets of 1 cost is multiplied by it.
template <Operand W> struct pos_weight {
  W weight;
};
template <Operand W> pos_weight(const W&) -> pos_weight<W>;

namespace detail {
/// log(1 + exp(x)), exact for all x.
template <Operand X> constexpr auto log_one_plus_exp(const X& x) { return maximum(x, 0.0) + log1p(exp(-abs(x))); }

/// Whether `F`, a factor or none, broadcasts to `X`.
template <class X, class... F> inline constexpr bool broadcasts_to =
    ((rule::broadcast(spec_of<X>.extents, spec_of<F>.extents) == spec_of<X>.extents) && ...);
template <Operand X, Operand... F> constexpr auto times(const X& x, const F&... factor) { return (x * ... * factor); }

/// -t log(x) - (1 - t) log(1 - x), either logarithm at least -100. Where x(1 - x) is below 1e-12 its derivative
/// (x - t) / (x (1 - x)) is taken as (x - t) / 1e-12, as PyTorch does, to which that is an f32.
template <Operand X, Operand Y> constexpr auto binary_cost(const X& x, const Y& target) {
  constexpr double least = 1e-12f;
  auto fixed = detach(x);
  auto at_end = fixed * (1.0 - fixed) < least;
  auto p = where(at_end, fixed, x);
  auto cost = -(target * maximum(log(p), -100.0) + (1.0 - target) * maximum(log1p(-p), -100.0));
  return cost + (x - fixed) * where(at_end, (fixed - target) * (1 / least), 0.0);
}

/// What may be wrong with the arguments of a loss of yes or no, in that loss's words.
struct BinaryTexts {
  const char *shapes, *weight, *weights;
};
#define STATOR_BINARY_TEXTS(NAME, WEIGHTS) \
  {NAME ": shapes of input and target differ", NAME ": the weight does not broadcast to the input", NAME ": " WEIGHTS}

template <class F> struct factor_of {
  using type = F;
};
template <class F> struct factor_of<pos_weight<F>> {
  using type = F;
};
/// Whether these are at most a weight, and a pos_weight behind it.
template <class... W> inline constexpr bool are_weights = sizeof...(W) < 2;
template <Operand W, Operand P> inline constexpr bool are_weights<W, pos_weight<P>> = true;

template <Operand X, Operand Y, class... W> constexpr const char* broken_pairs(const BinaryTexts& texts) {
  if (!ShapedLike<Y, X>) return texts.shapes;
  if (!are_weights<W...>) return texts.weights;
  return broadcasts_to<X, typename factor_of<W>::type...> ? nullptr : texts.weight;
}
template <Operand X, Operand Y, class... W> struct BinaryMistake {
  static constexpr BinaryTexts texts STATOR_BINARY_TEXTS("binary_cross_entropy", "more than one weight");
  static constexpr const char* message = broken_pairs<X, Y, W...>(texts);
};
template <Operand X, Operand Y, class... W> struct LogitsMistake {
  static constexpr BinaryTexts texts STATOR_BINARY_TEXTS("binary_cross_entropy_with_logits",
                                                         "more than one weight, and one pos_weight behind it");
  static constexpr const char* message = broken_pairs<X, Y, W...>(texts);
};
template <Operand X, Operand Y, class... W> struct MultilabelMistake {
  static constexpr BinaryTexts texts STATOR_BINARY_TEXTS("multilabel_soft_margin_loss", "more than one weight");
  static constexpr const char* message =
      spec_of<X>.rank() < 1 ? "multilabel_soft_margin_loss: a scalar has no classes" : broken_pairs<X, Y, W...>(texts);
};
#undef STATOR_BINARY_TEXTS

/// What logits cost: (1 - t) x + (1 + (w - 1) t) log(1 + exp(-x)).
template <Operand X, Operand Y> constexpr auto logits_cost(const X& x, const Y& target) {
  return (1.0 - target) * x + log_one_plus_exp(-x);
}
template <Operand X, Operand Y, Operand W>
constexpr auto logits_cost(const X& x, const Y& target, const pos_weight<W>& positive) {
  return (1.0 - target) * x + ((positive.weight - 1.0) * target + 1.0) * log_one_plus_exp(-x);
}
template <Operand X, Operand Y, Operand F> constexpr auto logits_cost(const X& x, const Y& target, const F& factor) {
  return logits_cost(x, target) * factor;
}
template <Operand X, Operand Y, Operand F, Operand W>
constexpr auto logits_cost(const X& x, const Y& target, const F& factor, const pos_weight<W>& positive) {
  return logits_cost(x, target, positive) * factor;
}
}  // namespace detail

/// -weight (t log(x) + (1 - t) log(1 - x)) of probabilities and targets in [0, 1]. Source:
/// torch.nn.functional.binary_cross_entropy.
/// Shapes: input and target alike, weight broadcasts to them -> scalar (the input's for none).
template <Reduction R = Reduction::mean, Operand X, Operand Y, Operand... W>
requires(X::what != is::log_probabilities && detail::BinaryMistake<X, Y, W...>::message == nullptr)
constexpr auto binary_cross_entropy(const X& input, const Y& target, const W&... weight) {
  return detail::reduce<R>(detail::times(detail::binary_cost(input, target), weight...));
}
template <Reduction R = Reduction::mean, Operand X, Operand Y, Operand... W> requires(X::what == is::log_probabilities)
Advice<"binary_cross_entropy takes probabilities, not their logarithms", shape_of<X>> binary_cross_entropy(
    const X& input, const Y& target, const W&... weight);
template <Reduction R = Reduction::mean, Operand X, Operand Y, Operand... W>
requires(X::what != is::log_probabilities && detail::BinaryMistake<X, Y, W...>::message != nullptr)
ShapeError<text_of<detail::BinaryMistake<X, Y, W...>>, shape_of<X>, shape_of<Y>, shape_of<W>...> binary_cross_entropy(
    const X& input, const Y& target, const W&... weight);

/// binary_cross_entropy(sigmoid(input), ...) without its rounding: `..._with_logits(x, t)`, `(x, t, weight)`,
/// `(x, t, pos_weight{w})` or `(x, t, weight, pos_weight{w})`. Source:
/// torch.nn.functional.binary_cross_entropy_with_logits.
/// Shapes: input and target alike, weights broadcast to them -> scalar (the input's for none).
template <Reduction R = Reduction::mean, Operand X, Operand Y, class... W>
requires(X::what == is::anything && detail::LogitsMistake<X, Y, W...>::message == nullptr)
constexpr auto binary_cross_entropy_with_logits(const X& input, const Y& target, const W&... weights) {
  return detail::reduce<R>(detail::logits_cost(input, target, weights...));
}
template <Reduction R = Reduction::mean, Operand X, Operand Y, class... W> requires(X::what != is::anything)
Advice<"binary_cross_entropy_with_logits takes logits: it applies the sigmoid itself, so drop yours", shape_of<X>>
binary_cross_entropy_with_logits(const X& input, const Y& target, const W&... weights);
template <Reduction R = Reduction::mean, Operand X, Operand Y, class... W>
requires(X::what == is::anything && detail::LogitsMistake<X, Y, W...>::message != nullptr)
ShapeError<text_of<detail::LogitsMistake<X, Y, W...>>, shape_of<X>, shape_of<Y>> binary_cross_entropy_with_logits(
    const X& input, const Y& target, const W&... weights);

/// log(1 + exp(-t x)) of targets 1 and -1. Source: torch.nn.functional.soft_margin_loss.
template <Reduction R = Reduction::mean, Operand X, detail::ShapedLike<X> Y>
constexpr auto soft_margin_loss(const X& input, const Y& target) {
  return detail::reduce<R>(detail::log_one_plus_exp(-target * input));
}
template <Reduction R = Reduction::mean, Operand X, Operand Y> requires(!detail::ShapedLike<Y, X>)
ShapeError<"soft_margin_loss: shapes of input and target differ", shape_of<X>, shape_of<Y>> soft_margin_loss(
    const X& input, const Y& target);

/// The mean over the last axis of binary_cross_entropy_with_logits, times a weight for each class. Source:
/// torch.nn.functional.multilabel_soft_margin_loss.
/// Shapes: input and target [..., C] alike, weight broadcasts to them -> scalar ([...] for none).
template <Reduction R = Reduction::mean, Operand X, Operand Y, Operand... W>
requires(detail::MultilabelMistake<X, Y, W...>::message == nullptr)
constexpr auto multilabel_soft_margin_loss(const X& input, const Y& target, const W&... weight) {
  return detail::reduce<R>(mean<-1>(detail::logits_cost(input, target, weight...)));
}
template <Reduction R = Reduction::mean, Operand X, Operand Y, Operand... W>
requires(detail::MultilabelMistake<X, Y, W...>::message != nullptr)
ShapeError<text_of<detail::MultilabelMistake<X, Y, W...>>, shape_of<X>, shape_of<Y>> multilabel_soft_margin_loss(
    const X& input, const Y& target, const W&... weight);

}  // namespace stator
