// Philox: the published vectors, the definition of draws, and their statistics.
#include "runtime/philox.h"

#include <bit>
#include <cmath>
#include <numbers>

#include "runtime/hash.h"
#include "tests/catch.h"

using namespace stator;

using Words = std::array<uint32_t, 4>;

// Source: Random123 1.14, tests/kat_vectors, philox4x32 with 10 rounds.
static_assert(philox({0, 0, 0, 0}, {0, 0}) == Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
static_assert(philox({~0u, ~0u, ~0u, ~0u}, {~0u, ~0u}) == Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
static_assert(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
              Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});

// Source: draft-eastlake-fnv, appendix C, "foobar".
static_assert(fnv1a_32("foobar") == 0xbf9cf968u);
static_assert(fnv1a_64("foobar") == 0x85944171f73967e8u);

static_assert(uniform(0u) == 0.0f);
static_assert(uniform(~0u) == 1 - 0x1p-24f);

TEST_CASE("element i is word i mod 4 of block i / 4 under the seed, step and site") {
  constexpr RandomStream stream{0x299f31d0a4093822u, 0x13198a2e, 0x03707344};
  constexpr uint64_t block = 0x85a308d3243f6a88u >> 2 << 2;
  CHECK(stream.word(5) == philox({1, 0, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0})[1]);
  CHECK(stream.word((block << 2) + 3) == stream.block(block & (~0ull >> 2))[3]);
}

TEST_CASE("uniform and normal draws have the moments of their distributions") {
  constexpr int count = 200000;
  const RandomStream stream{7, 3, 11};
  double uniform_sum = 0, sum = 0, squares = 0, neighbours = 0;
  float least = 1, greatest = 0, before = 0;
  for (int i = 0; i < count; ++i) {
    const float u = uniform(stream, i), z = normal(stream, i);
    uniform_sum += u;
    least = std::min(least, u), greatest = std::max(greatest, u);
    sum += z, squares += z * z, neighbours += z * before;
    before = z;
  }
  CHECK(least >= 0);
  CHECK(greatest < 1);
  CHECK(uniform_sum / count == Approx(0.5).margin(0.003));
  CHECK(sum / count == Approx(0).margin(0.01));
  CHECK(squares / count == Approx(1).margin(0.02));
  CHECK(neighbours / count == Approx(0).margin(0.01));
}

TEST_CASE("a normal draw is within an ulp of its formula") {
  CHECK(std::sqrt(-2 * std::log(0x1p-24)) < 5.77);
  for (uint64_t i = 0; i < 100000; ++i) {
    const RandomStream stream{1, 0, 0};
    const auto words = stream.block(i >> 2);
    const uint64_t pair = i & 2;
    const double u = (static_cast<double>(words[pair] >> 8) + 1) * 0x1p-24;
    const double angle = 2 * std::numbers::pi * static_cast<double>(uniform(words[pair + 1]));
    const auto expected = static_cast<float>(std::sqrt(-2 * std::log(u)) * (i & 1 ? std::sin(angle) : std::cos(angle)));
    const float z = normal(stream, i);
    const float ulp = std::nextafter(std::abs(expected), 10.0f) - std::abs(expected);
    if (!(std::abs(z - expected) <= ulp + 1e-15f && std::abs(z) < 5.77f)) FAIL(i << ": " << z << ", not " << expected);
  }
}

TEST_CASE("normal draws are these bits on every machine") {
  const uint32_t ends[]{0, ~0u, 1u << 30, 1u << 31, 0x12345678};
  uint32_t hash = 0;
  for (uint32_t first : ends)
    for (uint32_t second : ends)
      for (int odd : {0, 1}) hash = hash * 31 + std::bit_cast<uint32_t>(stator_normal_draw(first, second, odd));
  CHECK(hash == 0x647a4f6c);
}
