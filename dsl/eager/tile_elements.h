// Reducing elements one by one, in lanes, or packed into rows that there is code for.
#pragma once

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <type_traits>

#include "dsl/eager/op_program.h"
#include "dsl/eager/tile_reader.h"
#include "runtime/error.h"

namespace stator::eager {

inline constexpr int64_t block_bytes = 64;  // that are moved at once where rows are short

/// Calls `take` with the type of a dtype that is reduced.
template <class Take> void visit_reduced(DType dtype, Take&& take) {
  if (dtype == DType::f32) take(std::type_identity<float>());
  else if (dtype == DType::f64) take(std::type_identity<double>());
  else if (dtype == DType::i64) take(std::type_identity<int64_t>());
  else throw InternalError("eager: tiles of a dtype that is not reduced by tiles");
}

template <class T> T neutral(Reduction reduction) {
  using Limits = std::numeric_limits<T>;
  if (reduction == Reduction::sum) return 0;
  return Limits::has_infinity ? -Limits::infinity() : Limits::lowest();
}

/// NaN counts as greatest.
struct Greater {
  template <class T> T operator()(T a, T b) const {
    if constexpr (std::is_floating_point_v<T>) return ((a > b) | (a != a)) ? a : b;
    return a > b ? a : b;
  }
};

template <class T> T reduced(Reduction reduction, T a, T b) {
  return reduction == Reduction::sum ? a + b : Greater()(a, b);
}

/// How many rows of `row` elements, which is a power of two, hold `count`.
inline int64_t rows_for(int64_t count, int64_t row) {
  return (count + row - 1) >> std::countr_zero(static_cast<uint64_t>(row));
}

/// In lanes, which the C++ compiler makes vectors of.
template <class T, class Op> T reduced_in_lanes(const T* values, int64_t count, T first, Op op) {
  constexpr int64_t lanes = 32;
  T all[lanes];
  std::fill_n(all, lanes, first);
  int64_t i = 0;
  for (; i + lanes <= count; i += lanes)
    for (int64_t k = 0; k < lanes; ++k) all[k] = op(all[k], values[i + k]);
  for (int64_t k = 0; i < count; ++i, ++k) all[k] = op(all[k], values[i]);
  for (int64_t half = lanes / 2; half > 0; half /= 2)
    for (int64_t k = 0; k < half; ++k) all[k] = op(all[k], all[k + half]);
  return all[0];
}

/// Four at a time, so that the processor need not wait for each.
template <class T> T reduced(Reduction reduction, const T* values, int64_t count) {
  if (count == 1) return values[0];
  T all[4];
  int64_t i = 0;
  for (; i < std::min<int64_t>(count, 4); ++i) all[i] = values[i];
  for (; i + 4 <= count; i += 4)
    for (int64_t k = 0; k < 4; ++k) all[k] = reduced(reduction, all[k], values[i + k]);
  for (int64_t k = 0; i < count; ++i, ++k) all[k] = reduced(reduction, all[k], values[i]);
  for (int64_t k = 1; k < std::min<int64_t>(count, 4); ++k) all[0] = reduced(reduction, all[0], all[k]);
  return all[0];
}

/// Rows of any length, one after the other, each padded to whole ones of `row` elements. Behind what is padded anew
/// stand neutral elements from the beginning.
template <class T> struct Packed {
  T* const to;
  const int64_t row;
  const T padding;

  /// Takes what fits of `count` elements, the first of which is in a column of its row of `length`; gives how many.
  int64_t take(const T* from, int64_t count, int64_t column, int64_t length) const {
    constexpr int64_t block = block_bytes / static_cast<int64_t>(sizeof(T));
    const int64_t moved = (length + block - 1) / block * block;
    int64_t taken = 0, used = 0;
    while (taken < count && used < tile_elements) {
      if (column == 0 && length <= row && taken + moved <= count) {
        take_row(from + taken, length, to + used);
        used += row;
        taken += length;
        continue;
      }
      const int64_t run = std::min({length - column, count - taken, tile_elements - used});
      const int64_t end = used + rows_for(run, row) * row;
      std::memcpy(to + used, from + taken, static_cast<size_t>(run) * sizeof(T));
      std::fill(to + used + run, to + end, padding);
      used = end;
      taken += run;
      column = 0;
    }
    return taken;
  }
  /// In blocks, of which the last may reach beyond the row.
  void take_row(const T* from, int64_t length, T* into) const {
    constexpr int64_t block = block_bytes / static_cast<int64_t>(sizeof(T));
    for (int64_t at = 0; at < length; at += block) std::memcpy(into + at, from + at, block_bytes);
    std::fill_n(into + length, block, padding);
  }
};

}  // namespace stator::eager
