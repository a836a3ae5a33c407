// The tile registers of one thread, and what AMX instructions do to them.
#pragma once

#include <cstdint>

namespace stator::tests::amx {

inline constexpr int tile_count = 8, most_rows = 16, row_bytes = 64;

/// LDTILECFG's operand.
struct TileConfig {
  uint8_t palette;  ///< 1; 0: tiles are not in use
  uint8_t start_row;
  uint8_t reserved[14];
  uint16_t bytes_per_row[16];  ///< of a tile; those behind `tile_count` are reserved
  uint8_t rows[16];
};
static_assert(sizeof(TileConfig) == 64);

/// Nothing is allocated or thrown here: signal handlers call it. Functions return false where a processor would raise
/// an exception: a configuration or tile that is not valid.
/// Source: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 1 chapter 18, and the pages of each
/// instruction in volume 2.
class TileRegisters {
 public:
  bool configure(const void* config);
  void store_config(void* config) const;
  void release();
  bool zero(int tile);
  bool load(int tile, const uint8_t* from, int64_t stride_bytes);
  bool store(int tile, uint8_t* to, int64_t stride_bytes) const;

  /// TDPBF16PS: `sums` [M, N] f32 += `a` [M, 2K] bf16 * `b` [K, 2N] bf16, whose row k holds the pairs 2k and 2k + 1 of
  /// each column. Denormals count as 0 and become 0; rounding is to nearest even, whatever MXCSR says.
  bool multiply(int sums, int a, int b);

 private:
  bool in_use(int tile) const { return config_.palette == 1 && config_.rows[tile] > 0; }

  TileConfig config_ = {};
  alignas(64) uint8_t data_[tile_count][most_rows][row_bytes] = {};
};

}  // namespace stator::tests::amx
