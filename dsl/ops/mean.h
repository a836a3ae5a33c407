// The mean over axes; a symbolic axis counts its valid elements only.
#pragma once

#include "compiler/interface/ops/elementwise.h"
#include "compiler/interface/ops/reduction.h"

namespace stator {

/// How a loss brings its elements together; batchmean, the sum divided by the first extent, is one of kl_div's alone.
/// Source: the `reduction` of PyTorch's losses.
enum class Reduction : unsigned char { mean, sum, none, batchmean };

namespace detail {
template <Operand X, int... Axes> struct MeanMistake {
  static constexpr const char* message =
      broken_float_reduction<X, Axes...>("mean: whole numbers have no mean of their own dtype: cast first",
                                         "mean: an axis is not one of the operand's", "mean: an axis stands twice");
};
}  // namespace detail

/// The mean over `Axes`, or over all where none is named. Source: torch.mean.
template <int... Axes, Operand X> requires(detail::MeanMistake<X, Axes...>::message == nullptr)
constexpr auto mean(const X& x, KeepDim) {
  return sum<Axes...>(x, keepdim) / apply<rule::Count{detail::axes_of<X, Axes...>()}>(x);
}
template <int... Axes, Operand X> requires(detail::MeanMistake<X, Axes...>::message == nullptr)
constexpr auto mean(const X& x) {
  return sum<Axes...>(x) / apply<rule::Count{detail::axes_of<X, Axes...>()}>(x);
}
template <int... Axes, Operand X, class... Keep> requires(detail::MeanMistake<X, Axes...>::message != nullptr)
ShapeError<text_of<detail::MeanMistake<X, Axes...>>, shape_of<X>> mean(const X& x, Keep...);

namespace detail {
template <Reduction R, Operand X> constexpr auto reduce(const X& x) {
  static_assert(R != Reduction::batchmean, "batchmean is a reduction of kl_div alone");
  if constexpr (R == Reduction::mean) return mean(x);
  else if constexpr (R == Reduction::sum) return sum(x);
  else return x;
}
}  // namespace detail
}  // namespace stator
