// What is known of a tensor before it has values: element type and extents. Shape rules map specs to a spec.
#pragma once

#include <string_view>

#include "compiler/interface/dtype.h"
#include "compiler/interface/extent.h"

namespace stator {

struct TensorSpec {
  DType dtype = DType::f32;
  Extents extents;
  long classes = 0;  // of a label tensor: labels lie in [0, classes); 0 for every other tensor

  constexpr int rank() const { return extents.rank; }
  constexpr bool operator==(const TensorSpec&) const = default;
};

/// A few whole numbers as an attribute of an op.
struct Integers {
  static constexpr int capacity = 12;
  int count = 0;
  long at[capacity]{};

  constexpr Integers() = default;
  template <class... N> constexpr Integers(long first, N... rest) : count(1 + sizeof...(N)), at{first, long(rest)...} {}
  constexpr long operator[](int i) const { return at[i]; }
  constexpr void push(long value) { at[count++] = value; }
  constexpr bool contains(long value) const {
    for (int i = 0; i < count; ++i)
      if (at[i] == value) return true;
    return false;
  }
  constexpr bool operator==(const Integers&) const = default;
};

/// The operands of a shape rule.
struct Specs {
  const TensorSpec* data = nullptr;
  int count = 0;
  constexpr const TensorSpec& operator[](int i) const { return data[i]; }
};

/// What a shape rule gives: the result's spec, or the broken rule in words, starting with the op's name.
struct Inferred {
  TensorSpec spec;
  const char* error = nullptr;

  constexpr Inferred(const TensorSpec& result) : spec(result) {}
  constexpr Inferred(const char* broken_rule) : error(broken_rule) {}
  constexpr bool ok() const { return error == nullptr; }
};

}  // namespace stator
