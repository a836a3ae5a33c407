// The host type of each dtype, and conversions between them.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "compiler/interface/dtype.h"
#include "runtime/error.h"
#include "runtime/narrow_float.h"

namespace stator {

template <class T> struct ElementOf;
template <> struct ElementOf<double> : std::integral_constant<DType, DType::f64> {};
template <> struct ElementOf<float> : std::integral_constant<DType, DType::f32> {};
template <> struct ElementOf<Half> : std::integral_constant<DType, DType::f16> {};
template <> struct ElementOf<BFloat16> : std::integral_constant<DType, DType::bf16> {};
template <> struct ElementOf<int64_t> : std::integral_constant<DType, DType::i64> {};
template <> struct ElementOf<int32_t> : std::integral_constant<DType, DType::i32> {};
template <> struct ElementOf<int16_t> : std::integral_constant<DType, DType::i16> {};
template <> struct ElementOf<int8_t> : std::integral_constant<DType, DType::i8> {};
template <> struct ElementOf<uint8_t> : std::integral_constant<DType, DType::u8> {};
template <> struct ElementOf<bool> : std::integral_constant<DType, DType::boolean> {};

/// The dtype that a host type holds: `element_dtype<float>` is f32.
template <class T> inline constexpr DType element_dtype = ElementOf<std::remove_cv_t<T>>::value;

/// Calls `f(std::type_identity<T>{})` with the host type of `dtype`.
template <class F> decltype(auto) visit_element(DType dtype, F&& f) {
  switch (dtype) {
    case DType::f64:
      return f(std::type_identity<double>{});
    case DType::f32:
      return f(std::type_identity<float>{});
    case DType::f16:
      return f(std::type_identity<Half>{});
    case DType::bf16:
      return f(std::type_identity<BFloat16>{});
    case DType::i64:
      return f(std::type_identity<int64_t>{});
    case DType::i32:
      return f(std::type_identity<int32_t>{});
    case DType::i16:
      return f(std::type_identity<int16_t>{});
    case DType::i8:
      return f(std::type_identity<int8_t>{});
    case DType::u8:
      return f(std::type_identity<uint8_t>{});
    case DType::boolean:
      return f(std::type_identity<bool>{});
  }
  throw InternalError("visit_element: not a dtype");
}

template <class T> inline constexpr bool is_float_element =
    std::is_floating_point_v<T> || std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>;

/// A real number as a whole one: towards zero, NaN as 0, beyond the range as its nearest end.
template <class To> To truncated(double value) {
  if (std::isnan(value)) return 0;
  constexpr double least = static_cast<double>(std::numeric_limits<To>::min());
  constexpr double past_greatest = 2.0 * static_cast<double>(std::numeric_limits<To>::max() / 2 + 1);
  if (value <= least) return std::numeric_limits<To>::min();
  if (value >= past_greatest) return std::numeric_limits<To>::max();
  return static_cast<To>(value);
}

/// One element in another type. Whole numbers wrap as in C; to bool, all but zero is true.
template <class To, class From> To convert_element(From value) {
  if constexpr (std::is_same_v<To, From>) {
    return value;
  } else if constexpr (std::is_same_v<To, bool>) {
    return static_cast<std::conditional_t<is_float_element<From>, double, int64_t>>(value) != 0;
  } else if constexpr (is_float_element<From> && !is_float_element<To>) {
    return truncated<To>(static_cast<double>(value));
  } else if constexpr (is_float_element<From>) {
    return static_cast<To>(static_cast<double>(value));
  } else {
    return static_cast<To>(value);
  }
}

}  // namespace stator
