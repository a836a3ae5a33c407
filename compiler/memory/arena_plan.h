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

/// The largest first, each in the tightest gap that is free for as long as it lives. No two buffers overlap while both
/// live.
ArenaPlan planArena(const std::vector<Lifetime>& lifetimes);

/// The bytes of all that lives, where that is most: no plan needs less. Each counts as a multiple of 64.
int64_t liveBytes(const std::vector<Lifetime>& lifetimes);

}  // namespace stator::memory
