// Offsets for buffers that live for a while each: as little memory as a greedy plan needs.
#pragma once

#include <cstdint>
#include <vector>

namespace stator::memory {

/// Lives from step `first` to step `last`, both included.
struct Lifetime {
  int64_t size_bytes = 0;
  int first = 0;
  int last = 0;
};

struct ArenaPlan {
  std::vector<int64_t> offset_bytes;  ///< one for each lifetime, multiples of 64
  int64_t total_bytes = 0;            ///< a multiple of 64
};

/// The least of some greedy plans: the largest first, or those that live longest, or both at once, each in the tightest
/// gap that is free for as long as it lives; then again with those first that ended last. No two buffers overlap while
/// both live.
ArenaPlan planArena(const std::vector<Lifetime>& lifetimes);

struct WidestPoint {
  int64_t size_bytes = 0;  ///< of all that lives, each a multiple of 64: no plan needs less
  int step = 0;
};

/// Where the bytes of all that lives are most, for the first time.
WidestPoint widestPoint(const std::vector<Lifetime>& lifetimes);

}  // namespace stator::memory
