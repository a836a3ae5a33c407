// Elementwise functions made of others: their gradients follow from their parts. For expressions and for values.
#pragma once

#include <limits>

#include "dsl/ops/masking.h"
#include "dsl/value.h"

namespace stator {

/// What these functions take: an expression, or a value whose shape the trace alone knows.
template <class X> concept Computed = Operand<X> || std::same_as<X, Value>;

namespace detail {
inline constexpr double infinity = std::numeric_limits<double>::infinity();
/// |x| whose gradient at 0 is 1.
template <class X> constexpr auto size_of(const X& x) { return where(less(x, 0.0), -x, x); }
/// -1 below 0, else 1: unlike sign(x), it lets a gradient through at 0.
template <class X> constexpr auto side_of(const X& x) { return where(less(x, 0.0), x * 0.0 - 1.0, x * 0.0 + 1.0); }
}  // namespace detail

/// Whether x is NaN. Source: torch.isnan.
template <Computed X> constexpr auto isnan(const X& x) { return not_equal(x, x); }
/// Whether x is infinite. Source: torch.isinf.
template <Computed X> constexpr auto isinf(const X& x) { return equal(abs(x), detail::infinity); }
/// Whether x is neither infinite nor NaN. Source: torch.isfinite.
template <Computed X> constexpr auto isfinite(const X& x) { return less(abs(x), detail::infinity); }
/// Whether x is 0. Source: torch.logical_not.
template <Computed X> constexpr auto logical_not(const X& x) { return equal(x, 0); }
/// Whether one of both is 0 and the other not, broadcast. Source: torch.logical_xor.
template <Computed A, Computed B> constexpr auto logical_xor(const A& a, const B& b) {
  return not_equal(not_equal(a, 0), not_equal(b, 0));
}

/// Source: torch.sinh.
template <Computed X> constexpr auto sinh(const X& x) {
  auto side = detail::side_of(x);
  auto grown = expm1(x * side);
  return side * 0.5 * (grown + grown / (grown + 1.0));
}
/// Source: torch.cosh.
template <Computed X> constexpr auto cosh(const X& x) { return 0.5 * (exp(x) + exp(-x)); }
/// Source: torch.asinh.
template <Computed X> constexpr auto asinh(const X& x) {
  auto side = detail::side_of(x);
  auto squared = x * x;
  return side * log(x * side + sqrt(squared + 1.0));
}
/// Source: torch.acosh.
template <Computed X> constexpr auto acosh(const X& x) { return log(x + sqrt((x - 1.0) * (x + 1.0))); }
/// Source: torch.atanh.
template <Computed X> constexpr auto atanh(const X& x) { return 0.5 * log((1.0 + x) / (1.0 - x)); }
/// 2 to the power of x. Source: torch.exp2.
template <Computed X> constexpr auto exp2(const X& x) { return exp(x * 0.69314718055994530942); }
/// The logarithm to base 2. Source: torch.log2.
template <Computed X> constexpr auto log2(const X& x) { return log(x) * 1.44269504088896340736; }
/// The logarithm to base 10. Source: torch.log10.
template <Computed X> constexpr auto log10(const X& x) { return log(x) * 0.43429448190325182765; }
/// 1 - erf(x). Source: torch.erfc.
template <Computed X> constexpr auto erfc(const X& x) { return 1.0 - erf(x); }
/// sqrt(a^2 + b^2), broadcast. Source: torch.hypot.
template <Computed A, Computed B> constexpr auto hypot(const A& a, const B& b) { return sqrt(a * a + b * b); }

}  // namespace stator
