// Losses of distributions: Kullback and Leibler's divergence, Poisson's and the normal distribution's likelihoods.
#pragma once

#include <numbers>

#include "dsl/losses/options.h"
#include "dsl/ops/masking.h"

namespace stator {

/// Options of kl_div, with PyTorch's defaults.
struct KLDiv {
  bool log_target = false;  // the target holds log-probabilities too
  Reduction reduction = Reduction::mean;
};
/// Options of poisson_nll_loss, with PyTorch's defaults.
struct PoissonNLL {
  bool log_input = true;  // the input is the rate's logarithm
  bool full = false;      // with Stirling's approximation of log(target!)
  double eps = 1e-8;      // what a rate is raised by before its logarithm
  Reduction reduction = Reduction::mean;
};
/// Options of gaussian_nll_loss, with PyTorch's defaults.
struct GaussianNLL {
  bool full = false;  // with the constant log(2 pi) / 2
  double eps = 1e-6;  // the least variance
  Reduction reduction = Reduction::mean;
};

namespace detail {
/// t log(t), 0 at 0.
template <Operand T> constexpr auto times_own_log(const T& t) {
  auto zero = t == 0.0;
  return where(zero, 0.0, t * log(where(zero, 1.0, t)));
}
/// A variance for each element, or for each row, which then stands as the last axis of 1.
template <class X> constexpr Extents one_for_each_row() {
  Extents extents = X::tensor::spec.extents;
  extents[-1] = Extent(1);
  return extents;
}
template <class X, class Var> constexpr bool is_variance_of() {
  constexpr Extents x = X::tensor::spec.extents, var = Var::tensor::spec.extents;
  if (var == x) return true;
  if (x.rank == 0) return false;
  Extents without_last = x;
  without_last.rank -= 1;
  return var == one_for_each_row<X>() || var == without_last;
}
template <class X, class Y, class Var> constexpr const char* broken_gaussian() {
  if (X::tensor::spec.extents != Y::tensor::spec.extents) return "gaussian_nll_loss: shapes of input and target differ";
  return is_variance_of<X, Var>() ? nullptr
                                  : "gaussian_nll_loss: the variance is neither of the input's shape nor one a row";
}
template <class X, class Y, class Var> struct GaussianMistake {
  static constexpr const char* message = broken_gaussian<X, Y, Var>();
};
template <KLDiv Options, Operand X> constexpr auto reduce_divergence(const X& x) {
  if constexpr (Options.reduction == Reduction::batchmean) {
    static_assert(X::tensor::spec.rank() >= 1, "kl_div: batchmean of a scalar");
    return sum(x) / apply<rule::Count{Integers(0)}>(x);
  } else {
    return reduce<Options.reduction>(x);
  }
}
}  // namespace detail

/// target (log(target) - input), pointwise, of log-probabilities and probabilities. Options: a Reduction, or
/// KLDiv{...}. Source: torch.nn.functional.kl_div. Shapes: input and target alike -> scalar (theirs for none).
template <auto Options = KLDiv{}, Operand X, Operand Y>
requires(X::what == is::log_probabilities && detail::ShapedLike<Y, X>)
constexpr auto kl_div(const X& input, const Y& target) {
  constexpr KLDiv options = detail::options_of<KLDiv, Options>();
  static_assert(Y::what != (options.log_target ? is::probabilities : is::log_probabilities),
                "kl_div: log_target says what the target is not");
  if constexpr (options.log_target) return detail::reduce_divergence<options>(exp(target) * (target - input));
  else return detail::reduce_divergence<options>(detail::times_own_log(target) - target * input);
}
template <auto Options = KLDiv{}, Operand X, Operand Y> requires(X::what != is::log_probabilities)
Advice<"kl_div takes log-probabilities: apply log_softmax first", shape_of<X>> kl_div(const X& input, const Y& target);
template <auto Options = KLDiv{}, Operand X, Operand Y>
requires(X::what == is::log_probabilities && !detail::ShapedLike<Y, X>)
ShapeError<"kl_div: shapes of input and target differ", shape_of<X>, shape_of<Y>> kl_div(const X& input,
                                                                                         const Y& target);

/// exp(input) - target * input, the negative log-likelihood of counts, less what does not depend on the input. Options:
/// a Reduction, or PoissonNLL{...}. Source: torch.nn.functional.poisson_nll_loss.
template <auto Options = PoissonNLL{}, Operand X, detail::ShapedLike<X> Y>
constexpr auto poisson_nll_loss(const X& input, const Y& target) {
  constexpr PoissonNLL options = detail::options_of<PoissonNLL, Options>();
  auto cost = [&] {
    if constexpr (options.log_input) return exp(input) - target * input;
    else return input - target * log(input + options.eps);
  }();
  if constexpr (!options.full) {
    return detail::reduce<options.reduction>(cost);
  } else {
    auto several = target > 1.0;
    auto count = where(several, target, 2.0);
    auto stirling = count * log(count) - count + 0.5 * log(count * (2 * std::numbers::pi));
    return detail::reduce<options.reduction>(cost + where(several, stirling, 0.0));
  }
}
template <auto Options = PoissonNLL{}, Operand X, Operand Y> requires(!detail::ShapedLike<Y, X>)
ShapeError<"poisson_nll_loss: shapes of input and target differ", shape_of<X>, shape_of<Y>> poisson_nll_loss(
    const X& input, const Y& target);

/// (log(var) + (input - target)^2 / var) / 2; a variance below eps counts as eps, and learns as if it did not. Options:
/// a Reduction, or GaussianNLL{...}. Source: torch.nn.functional.gaussian_nll_loss.
/// Shapes: input and target alike, var as they are, or with 1 for the last extent, or without it -> scalar (the input's
/// for none).
template <auto Options = GaussianNLL{}, Operand X, Operand Y, Operand Var>
requires(detail::GaussianMistake<X, Y, Var>::message == nullptr)
constexpr auto gaussian_nll_loss(const X& input, const Y& target, const Var& var) {
  constexpr GaussianNLL options = detail::options_of<GaussianNLL, Options>();
  constexpr bool each = spec_of<Var>.rank() == spec_of<X>.rank();
  auto given = [&] {
    if constexpr (each) return var;
    else return apply<rule::Reshape{detail::one_for_each_row<X>()}>(var);
  }();
  auto variance = where(given < options.eps, given - detach(given) + options.eps, given);
  constexpr double constant = options.full ? 0.5 * 1.8378770664093454836 : 0;  // log(2 pi) / 2
  auto cost = 0.5 * (log(variance) + square(input - target) / variance);
  if constexpr (options.full) return detail::reduce<options.reduction>(cost + constant);
  else return detail::reduce<options.reduction>(cost);
}
template <auto Options = GaussianNLL{}, Operand X, Operand Y, Operand Var>
requires(detail::GaussianMistake<X, Y, Var>::message != nullptr)
ShapeError<text_of<detail::GaussianMistake<X, Y, Var>>, shape_of<X>, shape_of<Y>, shape_of<Var>> gaussian_nll_loss(
    const X& input, const Y& target, const Var& var);

}  // namespace stator
