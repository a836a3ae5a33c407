// Counter-based random numbers: a draw is a pure function of (seed, step, site, index), on every device.
#pragma once

#include <array>
#include <cstdint>

#include "runtime/normal_draw.h"

namespace stator {

using PhiloxCounter = std::array<uint32_t, 4>;
using PhiloxKey = std::array<uint32_t, 2>;

/// Philox4x32-10: four random words for a counter and a key.
/// Source: Salmon, Moraes, Dror, Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011, section 3.3 and table 2.
constexpr std::array<uint32_t, 4> philox(PhiloxCounter counter, PhiloxKey key) {
  for (int round = 0; round < 10; ++round) {
    const uint64_t first = uint64_t{0xD2511F53} * counter[0];
    const uint64_t second = uint64_t{0xCD9E8D57} * counter[2];
    counter = {static_cast<uint32_t>(second >> 32) ^ counter[1] ^ key[0], static_cast<uint32_t>(second),
               static_cast<uint32_t>(first >> 32) ^ counter[3] ^ key[1], static_cast<uint32_t>(first)};
    key = {key[0] + 0x9E3779B9u, key[1] + 0xBB67AE85u};
  }
  return counter;
}

/// A stream of draws: one site of a program, in one step, under one seed.
struct RandomStream {
  uint64_t seed = 0;
  uint32_t step = 0;
  uint32_t site = 0;

  /// The four words that elements 4*block .. 4*block+3 are made from.
  constexpr std::array<uint32_t, 4> block(uint64_t block) const {
    return philox({static_cast<uint32_t>(block), static_cast<uint32_t>(block >> 32), step, site},
                  {static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)});
  }
  /// The word of the element with row-major index `index`.
  constexpr uint32_t word(uint64_t index) const { return block(index >> 2)[index & 3]; }
};

/// The word that tells a site's draws from those of others, and from its own of the same step: `occurrence` counts
/// them.
constexpr uint32_t site_word(int64_t site, int64_t occurrence) {
  return static_cast<uint32_t>(site) + 0x9E3779B9u * static_cast<uint32_t>(occurrence);
}

/// A word as a number in [0, 1): a multiple of 2^-24, exact in f32.
constexpr float uniform(uint32_t word) { return static_cast<float>(word >> 8) * 0x1p-24f; }

/// The uniform draw of an element: the same bits everywhere.
constexpr float uniform(const RandomStream& stream, uint64_t index) { return uniform(stream.word(index)); }

/// The standard normal draw of an element: words 0 and 1 of its block make elements 0 and 1, words 2 and 3 the others.
inline float normal(const RandomStream& stream, uint64_t index) {
  const auto words = stream.block(index >> 2);
  const uint64_t pair = index & 2;
  return stator_normal_draw(words[pair], words[pair + 1], (index & 1) != 0);
}

}  // namespace stator
