// Hashes that stay the same from build to build: what names and cached files are keyed by.
#pragma once

#include <cstdint>
#include <string_view>

namespace stator {

/// Source: Fowler, Noll, Vo, "The FNV Non-Cryptographic Hash Algorithm", draft-eastlake-fnv, FNV-1a with 32 bits.
constexpr uint32_t fnv1a_32(std::string_view text) {
  uint32_t hash = 0x811c9dc5u;
  for (char character : text) hash = (hash ^ static_cast<unsigned char>(character)) * 0x01000193u;
  return hash;
}

/// The same with 64 bits; another basis gives another, independent hash.
constexpr uint64_t fnv1a_64(std::string_view text, uint64_t basis = 0xcbf29ce484222325u) {
  uint64_t hash = basis;
  for (char character : text) hash = (hash ^ static_cast<unsigned char>(character)) * 0x00000100000001b3u;
  return hash;
}

}  // namespace stator
