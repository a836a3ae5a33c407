// Divisions that round, and what rounding leaves: made of the rows floor, round, trunc and remainder.
#pragma once

#include <string_view>

#include "dsl/ops/math.h"

namespace stator {

/// What trunc leaves of x, with its sign. Source: torch.frac.
template <Computed X> constexpr auto frac(const X& x) { return x - trunc(x); }

namespace detail {
template <text Mode> inline constexpr std::string_view rounding_mode = Mode.c_str();
template <text Mode> inline constexpr bool rounds = rounding_mode<Mode> == "floor" || rounding_mode<Mode> == "trunc";

/// a / b rounded down. (a - remainder) / b is a whole number but for its last bits.
template <Operand A, Operand B> constexpr auto floor_quotient(const A& a, const B& b) {
  return where(b == 0.0, detach(a / b), round((a - remainder(a, b)) / b));
}
/// The quotient of floats, rounded.
template <text Mode, Operand A, Operand B> constexpr auto rounded_quotient(const A& a, const B& b) {
  if constexpr (rounding_mode<Mode> == "floor") return floor_quotient(a, b);
  else return trunc(a / b);
}
}  // namespace detail

/// a / b, broadcast, rounded: div<"floor"> down, div<"trunc"> towards 0. Whole numbers keep their dtype (exact up to
/// 2^52 in size). Its gradient is 0. Source: torch.div, `rounding_mode`.
template <text Mode, Operand A, Operand B> requires(detail::rounds<Mode> && FitTogether<rule::div{}, A, B>)
constexpr auto div(const A& a, const B& b) {
  constexpr DType dtype = promote(spec_of<A>.dtype, spec_of<B>.dtype);
  if constexpr (is_float(dtype)) return detail::rounded_quotient<Mode>(a, b);
  else return cast<dtype_tag_t<dtype>>(detail::rounded_quotient<Mode>(cast<f64>(a), cast<f64>(b)));
}
template <text Mode, Operand A, Operand B> requires(!detail::rounds<Mode>)
ShapeError<"div: rounding_mode is neither floor nor trunc", shape_of<A>, shape_of<B>> div(const A& a, const B& b);
template <text Mode, Operand A, Operand B> requires(detail::rounds<Mode> && !FitTogether<rule::div{}, A, B>)
ShapeError<broken<rule::div{}, A, B>, shape_of<A>, shape_of<B>> div(const A& a, const B& b);

}  // namespace stator
