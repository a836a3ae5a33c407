// Losses of the distance between two tensors of one shape. PyTorch only warns where shapes differ, and broadcasts; here
// that is a mistake.
#pragma once

#include "dsl/losses/options.h"
#include "dsl/ops/masking.h"

namespace stator {

/// Options of smooth_l1_loss, with PyTorch's defaults.
struct SmoothL1 {
  double beta = 1;  // the distance up to which the loss is a square; 0: none
  Reduction reduction = Reduction::mean;
};
/// Options of huber_loss, with PyTorch's defaults.
struct Huber {
  double delta = 1;  // the distance up to which the loss is a square
  Reduction reduction = Reduction::mean;
};

/// The mean squared error. Source: torch.nn.functional.mse_loss.
template <Reduction R = Reduction::mean, Operand X, detail::ShapedLike<X> Y>
constexpr auto mse_loss(const X& input, const Y& target) {
  return detail::reduce<R>(square(input - target));
}
template <Reduction R = Reduction::mean, Operand X, Operand Y> requires(!detail::ShapedLike<Y, X>)
ShapeError<"mse_loss: shapes of input and target differ", shape_of<X>, shape_of<Y>> mse_loss(const X& input,
                                                                                             const Y& target);

/// The mean absolute error. Source: torch.nn.functional.l1_loss.
template <Reduction R = Reduction::mean, Operand X, detail::ShapedLike<X> Y>
constexpr auto l1_loss(const X& input, const Y& target) {
  return detail::reduce<R>(abs(input - target));
}
template <Reduction R = Reduction::mean, Operand X, Operand Y> requires(!detail::ShapedLike<Y, X>)
ShapeError<"l1_loss: shapes of input and target differ", shape_of<X>, shape_of<Y>> l1_loss(const X& input,
                                                                                           const Y& target);

namespace detail {
/// d^2 / 2 up to `bound` in size, and beyond it the line that goes on from there.
template <Operand D> constexpr auto square_then_line(const D& d, double bound) {
  auto size = abs(d);
  return where(size < bound, d * d * 0.5, (size - 0.5 * bound) * bound);
}
}  // namespace detail

/// d^2 / (2 beta) for distances d below beta, |d| - beta / 2 beyond. Options: a Reduction, or SmoothL1{...}. Source:
/// torch.nn.functional.smooth_l1_loss (Girshick 2015).
template <auto Options = SmoothL1{}, Operand X, detail::ShapedLike<X> Y>
constexpr auto smooth_l1_loss(const X& input, const Y& target) {
  constexpr SmoothL1 options = detail::options_of<SmoothL1, Options>();
  static_assert(options.beta >= 0, "smooth_l1_loss: beta is negative");
  if constexpr (options.beta == 0) return l1_loss<options.reduction>(input, target);
  else return detail::reduce<options.reduction>(detail::square_then_line(input - target, options.beta) / options.beta);
}
template <auto Options = SmoothL1{}, Operand X, Operand Y> requires(!detail::ShapedLike<Y, X>)
ShapeError<"smooth_l1_loss: shapes of input and target differ", shape_of<X>, shape_of<Y>> smooth_l1_loss(
    const X& input, const Y& target);

/// d^2 / 2 for distances d up to delta, delta (|d| - delta / 2) beyond. Options: a Reduction, or Huber{...}. Source:
/// torch.nn.functional.huber_loss (Huber 1964).
template <auto Options = Huber{}, Operand X, detail::ShapedLike<X> Y>
constexpr auto huber_loss(const X& input, const Y& target) {
  constexpr Huber options = detail::options_of<Huber, Options>();
  static_assert(options.delta > 0, "huber_loss: delta is not positive");
  return detail::reduce<options.reduction>(detail::square_then_line(input - target, options.delta));
}
template <auto Options = Huber{}, Operand X, Operand Y> requires(!detail::ShapedLike<Y, X>)
ShapeError<"huber_loss: shapes of input and target differ", shape_of<X>, shape_of<Y>> huber_loss(const X& input,
                                                                                                 const Y& target);

}  // namespace stator
