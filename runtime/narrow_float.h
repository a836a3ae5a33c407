// f16 and bf16 as host types: conversions to and from float and double, rounded once, to nearest even.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

namespace stator {

/// A 16-bit float of 1 sign bit, `ExponentBits` and `MantissaBits`. Source: IEEE 754-2019, section 4.3.1.
template <int ExponentBits, int MantissaBits> struct NarrowFloat {
  static_assert(ExponentBits + MantissaBits == 15);

  uint16_t bits = 0;

  constexpr NarrowFloat() = default;
  constexpr explicit NarrowFloat(double value) : bits(encode(value)) {}
  constexpr explicit operator float() const { return decode(bits); }
  constexpr explicit operator double() const { return decode(bits); }
  constexpr bool operator==(const NarrowFloat& other) const { return decode(bits) == decode(other.bits); }

 private:
  static constexpr int bias = (1 << (ExponentBits - 1)) - 1;
  static constexpr int least_exponent = 1 - bias;
  static constexpr uint64_t infinity = ((uint64_t{1} << ExponentBits) - 1) << MantissaBits;

  static constexpr uint16_t encode(double value) {
    const auto wide = std::bit_cast<uint64_t>(value);
    const uint64_t sign = wide >> 63 << 15;
    const int exponent = static_cast<int>(wide >> 52 & 0x7ff) - 1023;
    const uint64_t fraction = wide & ((uint64_t{1} << 52) - 1);
    if (exponent == 1024) {
      const uint64_t quiet = fraction == 0 ? 0 : uint64_t{1} << (MantissaBits - 1);
      return static_cast<uint16_t>(sign | infinity | quiet);
    }
    const int dropped = 52 - MantissaBits + std::max(0, least_exponent - exponent);
    if (exponent == -1023 || dropped > 53) return static_cast<uint16_t>(sign);
    const uint64_t significand = fraction | uint64_t{1} << 52;
    const uint64_t rest = significand & ((uint64_t{1} << dropped) - 1);
    const uint64_t half = uint64_t{1} << (dropped - 1);
    uint64_t kept = significand >> dropped;
    if (rest > half || (rest == half && (kept & 1) != 0)) ++kept;
    const uint64_t exponent_part =
        exponent >= least_exponent ? static_cast<uint64_t>(exponent - least_exponent) << MantissaBits : 0;
    return static_cast<uint16_t>(sign | std::min(exponent_part + kept, infinity));
  }

  static constexpr float decode(uint16_t narrow) {
    const uint32_t sign = static_cast<uint32_t>(narrow >> 15) << 31;
    const uint32_t exponent = narrow >> MantissaBits & ((1u << ExponentBits) - 1);
    const uint32_t fraction = narrow & ((1u << MantissaBits) - 1);
    if constexpr (ExponentBits == 8) return std::bit_cast<float>(static_cast<uint32_t>(narrow) << 16);
    if (exponent == 0) {
      const float magnitude = static_cast<float>(fraction) * 0x1p-24f;
      return sign != 0 ? -magnitude : magnitude;
    }
    const bool special = exponent == (1u << ExponentBits) - 1;
    const uint32_t wide_exponent = special ? 255 : exponent - bias + 127;
    return std::bit_cast<float>(sign | wide_exponent << 23 | fraction << (23 - MantissaBits));
  }
};

using Half = NarrowFloat<5, 10>;
using BFloat16 = NarrowFloat<8, 7>;

}  // namespace stator
