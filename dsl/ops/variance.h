// Mean and variance as normalisation layers use them.
#pragma once

#include "dsl/ops/mean.h"

namespace stator::detail {

/// The mean of (x - mean)^2 over `Axes`, which stay with extent 1; `mean` is the mean of `x` over them. Two passes: no
/// square of a mean is subtracted, so nothing cancels.
template <int... Axes, Operand X, Operand M> constexpr auto variance(const X& x, const M& mean) {
  return stator::mean<Axes...>(squared_deviation(x, mean), keepdim);
}

/// (x - mean) / sqrt(variance + eps).
template <Operand X, Operand M, Operand V>
constexpr auto standardized(const X& x, const M& mean, const V& variance, double eps) {
  return (x - mean) * rsqrt(variance + eps);
}

}  // namespace stator::detail
