// Products over an axis, and sums, products and extremes up to each element: in steps that double their reach.
#pragma once

#include "dsl/ops/extremes.h"
#include "dsl/ops/statistics.h"

namespace stator {

namespace detail {
template <Operand X, int Axis> inline constexpr bool runs_along =
    X::tensor::spec.extents.has_axis(Axis) && X::tensor::spec.extents[Axis].is_number();

/// op over all elements up to each one; `neutral` stands before the first. Source: Hillis and Steele 1986.
template <int Axis, long Reach = 1, Operand X, class Op> constexpr auto running(const X& x, double neutral, Op op) {
  constexpr long extent = X::tensor::spec.extents[Axis].number;
  if constexpr (Reach >= extent) return x;
  else
    return running<Axis, 2 * Reach>(op(x, pad_along<Axis, Reach, 0>(slice<Axis, 0, -Reach>(x), neutral)), neutral, op);
}
/// The product of the two halves, as often as there is more than one element.
template <int Axis, Operand X> constexpr auto halved_product(const X& x) {
  constexpr long extent = X::tensor::spec.extents[Axis].number, half = (extent + 1) / 2;
  if constexpr (extent == 1) return x;
  else
    return halved_product<Axis>(slice<Axis, 0, half>(x) *
                                pad_along<Axis, 0, 2 * half - extent>(slice<Axis, half>(x), 1));
}
}  // namespace detail

/// The product along `Axis`. Source: torch.prod.
template <int Axis, Operand X> requires(detail::runs_along<X, Axis>) constexpr auto prod(const X& x, KeepDim) {
  if constexpr (X::tensor::spec.extents[Axis].number == 0) return sum<Axis>(x, keepdim) + 1;
  else return detail::halved_product<Axis>(x);
}
template <int Axis, Operand X> requires(detail::runs_along<X, Axis>) constexpr auto prod(const X& x) {
  return squeeze<Axis>(prod<Axis>(x, keepdim));
}
template <int Axis, Operand X, class... Keep> requires(!detail::runs_along<X, Axis>)
ShapeError<"prod: no such axis of numbers", shape_of<X>> prod(const X& x, Keep...);

/// The product of all elements. Source: torch.prod.
template <Operand X> requires(element_count(spec_of<X>.extents).is_number()) constexpr auto prod(const X& x) {
  return prod<0>(reshape<-1>(x));
}
template <Operand X> requires(!element_count(spec_of<X>.extents).is_number())
ShapeError<"prod: a symbolic extent", shape_of<X>> prod(const X& x);

/// The sum of the elements up to each one along `Axis`. Source: torch.cumsum.
template <int Axis, Operand X> requires(detail::runs_along<X, Axis>) constexpr auto cumsum(const X& x) {
  return detail::running<Axis>(x, 0, [](const auto& a, const auto& b) { return a + b; });
}
template <int Axis, Operand X> requires(!detail::runs_along<X, Axis>)
ShapeError<"cumsum: no such axis of numbers", shape_of<X>> cumsum(const X& x);

/// The product of the elements up to each one along `Axis`. Source: torch.cumprod.
template <int Axis, Operand X> requires(detail::runs_along<X, Axis>) constexpr auto cumprod(const X& x) {
  return detail::running<Axis>(x, 1, [](const auto& a, const auto& b) { return a * b; });
}
template <int Axis, Operand X> requires(!detail::runs_along<X, Axis>)
ShapeError<"cumprod: no such axis of numbers", shape_of<X>> cumprod(const X& x);

namespace detail {
template <Operand X, int Axis> inline constexpr bool real_runs_along =
    runs_along<X, Axis> && is_float(X::tensor::spec.dtype);
inline constexpr double endless = std::numeric_limits<double>::infinity();
}  // namespace detail

/// log(sum(exp(x))) of the elements up to each one along `Axis`. Source: torch.logcumsumexp.
template <int Axis, Operand X> requires(detail::real_runs_along<X, Axis>) constexpr auto logcumsumexp(const X& x) {
  auto greatest = amax<Axis>(detach(x), keepdim);
  auto shift = where(abs(greatest) == detail::endless, 0.0, greatest);
  return log(cumsum<Axis>(exp(x - shift))) + shift;
}
template <int Axis, Operand X> requires(!detail::real_runs_along<X, Axis>)
ShapeError<"logcumsumexp: no such axis of numbers, or no floats", shape_of<X>> logcumsumexp(const X& x);

/// The greatest element up to each one along `Axis`, and the index of the last that is as great. Source: torch.cummax.
template <int Axis, Operand X> requires(detail::real_runs_along<X, Axis>) constexpr auto cummax(const X& x) {
  auto values = detach(x);
  auto greatest =
      detail::running<Axis>(values, -detail::endless, [](const auto& a, const auto& b) { return maximum(a, b); });
  auto here = where(logical_or(values >= greatest, values != values), detail::positions<Axis>(x), -1);
  auto indices = detail::running<Axis>(here, -1, [](const auto& a, const auto& b) { return maximum(a, b); });
  return ValuesAndIndices{gather<Axis>(x, indices), indices};
}
template <int Axis, Operand X> requires(!detail::real_runs_along<X, Axis>)
ShapeError<"cummax: no such axis of numbers, or no floats", shape_of<X>> cummax(const X& x);

/// The least element up to each one along `Axis`, and the index of the last that is as small. Source: torch.cummin.
template <int Axis, Operand X> requires(detail::real_runs_along<X, Axis>) constexpr auto cummin(const X& x) {
  auto opposite = cummax<Axis>(-x);
  return ValuesAndIndices{-opposite.values, opposite.indices};
}
template <int Axis, Operand X> requires(!detail::real_runs_along<X, Axis>)
ShapeError<"cummin: no such axis of numbers, or no floats", shape_of<X>> cummin(const X& x);

}  // namespace stator
