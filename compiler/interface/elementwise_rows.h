// The rows of elementwise.def as structs: a row's value and its cotangents, over any algebra.
#pragma once

#include <array>

#include "compiler/interface/algebra.h"

namespace stator::algebra {

#define STATOR_UNARY(NAME, DOMAIN, VALUE, COTANGENT, DOCUMENTATION)                                             \
  struct NAME##_row {                                                                                           \
    static constexpr int operand_count = 1;                                                                     \
    template <class V> static auto value(const V& x) { return VALUE; }                                          \
    template <class V>                                                                                          \
    static std::array<V, 1> cotangents([[maybe_unused]] const V& x, [[maybe_unused]] const V& y, const V& dy) { \
      return {COTANGENT};                                                                                       \
    }                                                                                                           \
  };
#define STATOR_BINARY(NAME, DOMAIN, VALUE, COTANGENT_A, COTANGENT_B, DOCUMENTATION)                                 \
  struct NAME##_row {                                                                                               \
    static constexpr int operand_count = 2;                                                                         \
    template <class V> static auto value(const V& a, [[maybe_unused]] const V& b) { return VALUE; }                                  \
    template <class V> static std::array<V, 2> cotangents([[maybe_unused]] const V& a, [[maybe_unused]] const V& b, \
                                                          [[maybe_unused]] const V& y, const V& dy) {               \
      return {COTANGENT_A, COTANGENT_B};                                                                            \
    }                                                                                                               \
  };
#define STATOR_COMPARISON(NAME, VALUE, DOCUMENTATION)                              \
  struct NAME##_row {                                                              \
    static constexpr int operand_count = 2;                                        \
    template <class V> static auto value(const V& a, const V& b) { return VALUE; } \
  };
#define STATOR_LOGICAL(NAME, VALUE, DOCUMENTATION) STATOR_COMPARISON(NAME, VALUE, DOCUMENTATION)
#include "compiler/interface/ops/elementwise.def"

}  // namespace stator::algebra
