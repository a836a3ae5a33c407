// The tile registers of one thread, and what AMX instructions do to them.
#include "tests/amx/tiles.h"

#include <immintrin.h>

#include <cstring>

namespace stator::tests::amx {
namespace {

bool is_valid(const TileConfig& config) {
  if (config.palette > 1 || config.start_row != 0) return false;
  for (uint8_t byte : config.reserved)
    if (byte != 0) return false;
  for (int tile = 0; tile < 16; ++tile) {
    const int rows = config.rows[tile], bytes = config.bytes_per_row[tile];
    if ((rows == 0) != (bytes == 0) || rows > most_rows || bytes > row_bytes) return false;
    if (tile >= tile_count && rows != 0) return false;
  }
  return true;
}

/// The arithmetic of TDPBF16PS, until it is destroyed: denormals are 0, no exceptions, to nearest even.
class Rounding {
 public:
  Rounding() : before_(_mm_getcsr()) { _mm_setcsr(masked | flush_results | zero_operands); }
  ~Rounding() { _mm_setcsr(before_); }
  Rounding(const Rounding&) = delete;
  Rounding& operator=(const Rounding&) = delete;

 private:
  static constexpr unsigned masked = 0x1F80, flush_results = 0x8000, zero_operands = 0x0040;
  unsigned before_;
};

/// One row of sums [16] plus a row of A, of `pairs` pairs, times B.
[[gnu::target("avx512f")]] void multiply_row(uint8_t* sums, const uint8_t* a, const uint8_t (*b)[row_bytes],
                                             int pairs) {
  constexpr __mmask16 all = 0xFFFF;
  const __m512i upper = _mm512_set1_epi32(-65536);
  __m512 even = _mm512_setzero_ps(), odd = _mm512_setzero_ps();
  for (int pair = 0; pair < pairs; ++pair) {
    int32_t factors;
    std::memcpy(&factors, a + 4 * pair, sizeof factors);
    const __m512i row = _mm512_set1_epi32(factors), columns = _mm512_loadu_si512(b[pair]);
    even = _mm512_fmadd_ps(_mm512_castsi512_ps(_mm512_maskz_slli_epi32(all, row, 16)),
                           _mm512_castsi512_ps(_mm512_maskz_slli_epi32(all, columns, 16)), even);
    odd = _mm512_fmadd_ps(_mm512_castsi512_ps(_mm512_and_si512(row, upper)),
                          _mm512_castsi512_ps(_mm512_and_si512(columns, upper)), odd);
  }
  const __m512 before = _mm512_loadu_ps(sums);
  _mm512_storeu_ps(sums, _mm512_add_ps(before, _mm512_add_ps(even, odd)));
}

}  // namespace

bool TileRegisters::configure(const void* config) {
  TileConfig wanted;
  std::memcpy(&wanted, config, sizeof wanted);
  if (!is_valid(wanted)) return false;
  release();
  if (wanted.palette != 0) config_ = wanted;
  return true;
}

void TileRegisters::store_config(void* config) const { std::memcpy(config, &config_, sizeof config_); }

void TileRegisters::release() {
  config_ = {};
  std::memset(data_, 0, sizeof data_);
}

bool TileRegisters::zero(int tile) {
  if (!in_use(tile)) return false;
  std::memset(data_[tile], 0, sizeof data_[tile]);
  return true;
}

bool TileRegisters::load(int tile, const uint8_t* from, int64_t stride_bytes) {
  if (!zero(tile)) return false;
  for (int row = 0; row < config_.rows[tile]; ++row)
    std::memcpy(data_[tile][row], from + row * stride_bytes, config_.bytes_per_row[tile]);
  return true;
}

bool TileRegisters::store(int tile, uint8_t* to, int64_t stride_bytes) const {
  if (!in_use(tile)) return false;
  for (int row = 0; row < config_.rows[tile]; ++row)
    std::memcpy(to + row * stride_bytes, data_[tile][row], config_.bytes_per_row[tile]);
  return true;
}

bool TileRegisters::multiply(int sums, int a, int b) {
  if (!in_use(sums) || !in_use(a) || !in_use(b) || sums == a || sums == b || a == b) return false;
  const int pairs = config_.bytes_per_row[a] / 4;
  if (config_.rows[sums] != config_.rows[a] || config_.bytes_per_row[sums] != config_.bytes_per_row[b]) return false;
  if (config_.bytes_per_row[a] % 4 != 0 || config_.bytes_per_row[b] % 4 != 0 || config_.rows[b] != pairs) return false;
  const Rounding rounding;
  const int bytes = config_.bytes_per_row[sums];
  for (int row = 0; row < config_.rows[sums]; ++row) {
    multiply_row(data_[sums][row], data_[a][row], data_[b], pairs);
    std::memset(data_[sums][row] + bytes, 0, static_cast<size_t>(row_bytes - bytes));
  }
  return true;
}

}  // namespace stator::tests::amx
