// Softmax and its logarithm. What they give is known to be probabilities, so losses can tell a mistake.
#pragma once

#include "compiler/interface/ops/elementwise.h"
#include "compiler/interface/ops/reduction.h"

namespace stator {

/// States that `x` holds log-probabilities: for values that come from elsewhere. Nothing is computed.
template <Operand X> constexpr auto assume_log_probabilities(const X& x) {
  return Expr<typename X::tensor, is::log_probabilities>{{x.context, x.id}};
}
/// States that `x` holds probabilities. Nothing is computed.
template <Operand X> constexpr auto assume_probabilities(const X& x) {
  return Expr<typename X::tensor, is::probabilities>{{x.context, x.id}};
}

namespace detail {
template <int Axis, Operand X> struct SoftmaxMistake {
  static constexpr const char* message = broken_float_reduction<X, Axis>(
      "softmax: whole numbers: cast to a float first", "softmax: the axis is not one of the operand's");
};
template <int Axis, Operand X> struct LogSoftmaxMistake {
  static constexpr const char* message = broken_float_reduction<X, Axis>(
      "log_softmax: whole numbers: cast to a float first", "log_softmax: the axis is not one of the operand's");
};
/// `x` less its maximum along `Axis`: exponentials of it cannot overflow, and the shift does not change the result.
template <int Axis, Operand X> constexpr auto shifted(const X& x) { return x - amax<Axis>(detach(x), keepdim); }
}  // namespace detail

/// exp(x) / sum(exp(x)) along `Axis`. Source: torch.softmax.
template <int Axis = -1, Operand X> requires(detail::SoftmaxMistake<Axis, X>::message == nullptr)
constexpr auto softmax(const X& x) {
  auto exponentials = exp(detail::shifted<Axis>(x));
  return assume_probabilities(exponentials / sum<Axis>(exponentials, keepdim));
}
template <int Axis = -1, Operand X> requires(detail::SoftmaxMistake<Axis, X>::message != nullptr)
ShapeError<text_of<detail::SoftmaxMistake<Axis, X>>, shape_of<X>> softmax(const X& x);

/// x - log(sum(exp(x))) along `Axis`. Its gradient is exact where a label is nearly certain, too. Source:
/// torch.log_softmax; docs/decisions/22_gradient_of_log_softmax.md.
template <int Axis = -1, Operand X> requires(detail::LogSoftmaxMistake<Axis, X>::message == nullptr)
constexpr auto log_softmax(const X& x) {
  auto shifted = detail::shifted<Axis>(x);
  auto again = shifted_gradient(shifted, log(sum<Axis>(exp(shifted), keepdim)));
  return assume_log_probabilities(again - log(sum<Axis>(exp(again), keepdim)));
}
template <int Axis = -1, Operand X> requires(detail::LogSoftmaxMistake<Axis, X>::message != nullptr)
ShapeError<text_of<detail::LogSoftmaxMistake<Axis, X>>, shape_of<X>> log_softmax(const X& x);

}  // namespace stator
