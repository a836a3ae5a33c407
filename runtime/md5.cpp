// MD5: blocks of 64 bytes, four rounds of 16 steps.
#include "runtime/md5.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace stator {
namespace {

using Digest = std::array<uint32_t, 4>;

constexpr int rotations[4][4]{{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};

/// RFC 1321, section 3.4: element i is the whole part of 2^32 |sin(i + 1)|.
const std::array<uint32_t, 64>& sines() {
  static const auto table = [] {
    std::array<uint32_t, 64> values;
    for (int i = 0; i < 64; ++i) values[i] = static_cast<uint32_t>(std::floor(0x1p32 * std::abs(std::sin(i + 1.0))));
    return values;
  }();
  return table;
}

void digest_block(Digest& digest, const char* block) {
  std::array<uint32_t, 16> words;
  std::memcpy(words.data(), block, sizeof words);
  auto [a, b, c, d] = digest;
  for (uint32_t step = 0; step < 64; ++step) {
    const uint32_t round = step / 16;
    const uint32_t mixed[]{(b & c) | (~b & d), (d & b) | (~d & c), b ^ c ^ d, c ^ (b | ~d)};
    const uint32_t indices[]{step, 5 * step + 1, 3 * step + 5, 7 * step};
    const uint32_t sum = a + mixed[round] + sines()[step] + words[indices[round] % 16];
    a = d, d = c, c = b;
    b += std::rotl(sum, rotations[round][step % 4]);
  }
  digest = {digest[0] + a, digest[1] + b, digest[2] + c, digest[3] + d};
}

}  // namespace

std::string md5(std::string_view bytes) {
  Digest digest{0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
  const uint64_t bits = bytes.size() * 8;
  for (; bytes.size() >= 64; bytes.remove_prefix(64)) digest_block(digest, bytes.data());
  std::string tail(bytes);
  tail += '\x80';
  tail.resize((tail.size() + 8 + 63) / 64 * 64 - 8, '\0');
  tail.append(reinterpret_cast<const char*>(&bits), sizeof bits);
  for (size_t at = 0; at < tail.size(); at += 64) digest_block(digest, tail.data() + at);
  std::string text;
  for (uint32_t word : digest)
    for (int shift = 0; shift < 32; shift += 4) text += "0123456789abcdef"[word >> (shift ^ 4) & 15];
  return text;
}

}  // namespace stator
