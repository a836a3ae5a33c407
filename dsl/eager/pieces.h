// How many elements code without shapes takes at once.
#pragma once

#include <cstdint>

namespace stator::eager {

/// Elements that flat code takes at once.
inline constexpr int64_t flat_pieces[]{2048, 128, 16};
/// Elements that flat sums take at once: what is left of a tensor goes one by one, since no padding is neutral to all.
inline constexpr int64_t sum_pieces[]{2048, 128, 16, 1};

/// Lengths of rows that there is code for: powers of two.
inline constexpr int64_t least_row = 16, longest_row = flat_pieces[0];

}  // namespace stator::eager
