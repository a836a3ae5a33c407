// Instructions as an assembler writes them, run by the emulator or by the processor, against plain loops.
#include "tests/amx/emulator.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <thread>
#include <vector>

#include "tests/amx/instruction.h"
#include "tests/amx/tiles.h"
#include "tests/catch.h"

namespace stator::tests::amx {
namespace {

constexpr int rows = 11, pairs = 13, columns = 15;
constexpr int a_stride = 40, b_stride = 40, c_stride = 19;  ///< in elements

float widened(uint16_t bits) { return std::bit_cast<float>(static_cast<uint32_t>(bits) << 16); }

uint16_t narrowed(double value) {
  return static_cast<uint16_t>(std::bit_cast<uint32_t>(static_cast<float>(value)) >> 16);
}

/// C [rows, columns] f32 += A [rows, 2 * pairs] * B [pairs, 2 * columns], both of bf16.
struct Problem {
  std::vector<uint16_t> a = std::vector<uint16_t>(rows * a_stride), b = std::vector<uint16_t>(pairs * b_stride);
  std::vector<float> c = std::vector<float>(rows * c_stride);

  explicit Problem(unsigned seed) {
    std::mt19937 generator(seed);
    std::uniform_real_distribution<double> uniform(-1, 1);
    for (uint16_t& each : a) each = narrowed(uniform(generator));
    for (uint16_t& each : b) each = narrowed(uniform(generator));
    for (float& each : c) each = static_cast<float>(uniform(generator));
  }

  double expected(int row, int column) const {
    double sum = c[row * c_stride + column];
    for (int k = 0; k < 2 * pairs; ++k)
      sum += static_cast<double>(widened(a[row * a_stride + k])) *
             static_cast<double>(widened(b[k / 2 * b_stride + 2 * column + k % 2]));
    return sum;
  }
};

TileConfig config() {
  TileConfig config = {};
  config.palette = 1;
  auto shape = [&](int tile, int height, int bytes) {
    config.rows[tile] = static_cast<uint8_t>(height), config.bytes_per_row[tile] = static_cast<uint16_t>(bytes);
  };
  shape(1, rows, 4 * columns), shape(4, rows, 4 * pairs), shape(7, pairs, 4 * columns);
  return config;
}

/// Every instruction, with addresses of several forms.
void multiply(Problem& problem) {
  const TileConfig wanted = config();
  TileConfig found = {};
  const int64_t a_bytes = 2 * a_stride, b_half = b_stride, c_quarter = c_stride;
  asm volatile("ldtilecfg (%0)\n\tsttilecfg 0(%1)\n\ttilezero %%tmm1" ::"r"(&wanted), "r"(&found) : "memory");
  asm volatile("tileloaddt1 (%0, %1, 1), %%tmm4" ::"r"(problem.a.data()), "r"(a_bytes) : "memory");
  asm volatile("tileloadd 256(%0, %1, 2), %%tmm7" ::"r"(problem.b.data() - 128), "r"(b_half) : "memory");
  asm volatile("tileloadd -16(%0, %1, 4), %%tmm1" ::"r"(problem.c.data() + 4), "r"(c_quarter) : "memory");
  asm volatile("tdpbf16ps %%tmm7, %%tmm4, %%tmm1" ::: "memory");
  asm volatile("tilestored %%tmm1, (%0, %1, 4)\n\ttilerelease" ::"r"(problem.c.data()), "r"(c_quarter) : "memory");
  CHECK(std::memcmp(&wanted, &found, sizeof wanted) == 0);
}

bool can_run() {
  if (!why_not().empty()) WARN("skipped: " << why_not());
  return why_not().empty();
}

/// The sum of one pair's products and `before`.
float sum_of_pair(float before, std::array<uint16_t, 2> a, std::array<uint16_t, 2> b) {
  TileConfig one = {};
  one.palette = 1, one.rows[0] = one.rows[1] = one.rows[2] = 1;
  one.bytes_per_row[0] = one.bytes_per_row[1] = one.bytes_per_row[2] = 4;
  const int64_t stride = 0;
  asm volatile("ldtilecfg (%0)" ::"r"(&one) : "memory");
  asm volatile("tileloadd (%0, %1), %%tmm0" ::"r"(&before), "r"(stride) : "memory");
  asm volatile("tileloadd (%0, %1), %%tmm1" ::"r"(a.data()), "r"(stride) : "memory");
  asm volatile("tileloadd (%0, %1), %%tmm2" ::"r"(b.data()), "r"(stride) : "memory");
  asm volatile("tdpbf16ps %%tmm2, %%tmm1, %%tmm0" ::: "memory");
  asm volatile("tilestored %%tmm0, (%0, %1)\n\ttilerelease" ::"r"(&before), "r"(stride) : "memory");
  return before;
}

}  // namespace

TEST_CASE("amx: a product of tiles that are not full") {
  if (!can_run()) return;
  Emulator emulator;
  const Problem before(1);
  Problem after = before;
  multiply(after);
  for (int row = 0; row < rows; ++row) {
    for (int column = 0; column < c_stride; ++column) {
      const float found = after.c[row * c_stride + column];
      if (column < columns) CHECK(found == Approx(before.expected(row, column)).margin(1e-5));
      else CHECK(found == before.c[row * c_stride + column]);
    }
  }
}

TEST_CASE("amx: each thread has tiles of its own") {
  if (!can_run()) return;
  Emulator emulator;
  Problem first(1), second(2), alone(2);
  multiply(alone);
  std::thread other([&] {
    for (int i = 0; i < 50; ++i) second = Problem(2), multiply(second);
  });
  for (int i = 0; i < 50; ++i) first = Problem(1), multiply(first);
  other.join();
  CHECK(second.c == alone.c);
}

TEST_CASE("amx: denormals are zeros, infinities and NaN go through, odd and even products are summed apart") {
  if (!can_run()) return;
  Emulator emulator;
  const uint16_t one = narrowed(1), tiny = narrowed(0x1p-130), small = narrowed(0x1p-100);
  const uint16_t infinity = narrowed(std::numeric_limits<float>::infinity());
  CHECK(sum_of_pair(0.5f, {one, 0}, {one, one}) == 1.5f);
  CHECK(sum_of_pair(0, {tiny, 0}, {narrowed(0x1p+20), 0}) == 0);
  CHECK(sum_of_pair(0, {small, 0}, {small, 0}) == 0);
  CHECK(sum_of_pair(0x1p-140f, {0, 0}, {0, 0}) == 0);
  CHECK(std::isinf(sum_of_pair(1, {infinity, one}, {one, one})));
  CHECK(std::isnan(sum_of_pair(1, {infinity, one}, {0, one})));
  // 2^24 + 1 - 2^24: the products meet each other before they meet the sum
  CHECK(sum_of_pair(-0x1p24f, {narrowed(0x1p24), one}, {one, one}) == 0);
}

TEST_CASE("amx: what is no instruction of tiles is decoded as none") {
  const std::array<uint8_t, 8> ret{0xC3}, vdpbf16ps{0x62, 0xF2, 0x76, 0x48, 0x52, 0xC2};
  const std::array<uint8_t, 8> tdpbssd{0xC4, 0xE2, 0x6B, 0x5E, 0xC1}, release{0xC4, 0xE2, 0x78, 0x49, 0xC0};
  for (const auto& code : {ret, vdpbf16ps, tdpbssd}) CHECK_FALSE(decode(code.data()));
  CHECK(decode(release.data())->op == Op::release);
  CHECK(decode(release.data())->length == 5);
}

TEST_CASE("amx: registers refuse what a processor would") {
  TileRegisters tiles;
  TileConfig wide = config(), unknown = config();
  wide.bytes_per_row[1] = 65, unknown.palette = 2;
  CHECK_FALSE(tiles.zero(1));
  CHECK_FALSE(tiles.configure(&wide));
  CHECK_FALSE(tiles.configure(&unknown));
  const TileConfig wanted = config();
  REQUIRE(tiles.configure(&wanted));
  CHECK(tiles.multiply(1, 4, 7));
  CHECK_FALSE(tiles.multiply(1, 7, 4));
  CHECK_FALSE(tiles.multiply(1, 4, 4));
  CHECK_FALSE(tiles.zero(0));
  tiles.release();
  CHECK_FALSE(tiles.multiply(1, 4, 7));
}

}  // namespace stator::tests::amx
