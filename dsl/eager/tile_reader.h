// An operand of code without shapes, tile by tile: where it lies otherwise than the result, a tile of it is written
// into a buffer that stays in the cache.
#pragma once

#include <optional>

#include "dsl/eager/kernel.h"
#include "dsl/eager/nest.h"
#include "dsl/eager/pieces.h"

namespace stator::eager {

/// Elements of a tile, and of the longest period that a buffer repeats.
inline constexpr int64_t tile_elements = flat_pieces[0], most_period = 1024;
/// What a buffer holds: a tile of the largest elements, which may begin anywhere in a period.
inline constexpr int64_t tile_buffer_bytes = (tile_elements + 2 * most_period) * 8;

/// Whether elements come in runs; to read many others one by one takes longer than code for their shape.
inline bool comes_in_runs(const Nest& nest) {
  constexpr int64_t most_strided = 1 << 14;
  return nest.last().stride <= 1 || nest.element_count() <= most_strided;
}

/// How tiles of a tensor are read.
struct TileInput {
  Nest nest;  ///< collapsed; in the order in which tiles follow each other
  int64_t element_bytes = 0;
  bool is_read = true;
  const Kernel* spread = nullptr;  ///< the program "spread" for rows of the innermost axis; null: none
};

/// Writes elements [first, first + count) of a nest, of that many bytes each, in their order to `to`.
void read_elements(const Nest& nest, int64_t element_bytes, const std::byte* data, int64_t first, int64_t count,
                   std::byte* to);

class TileReader {
 public:
  /// `buffer`: of `tile_buffer_bytes`; `first`: where the first tile begins. `input` stays where it is.
  TileReader(const TileInput& input, const std::byte* data, int64_t first, std::byte* buffer);

  /// The next `count` elements, which are at most a tile; they stay until the next call.
  const std::byte* next(int64_t count);
  /// The next `count` elements, written to `to`.
  void write_next(int64_t count, std::byte* to);

 private:
  void repeat_period(int64_t first);
  void write(int64_t first, int64_t count, std::byte* to) const;
  bool spread(int64_t first, int64_t count, std::byte* to) const;

  const TileInput& input_;
  const std::byte* const data_;
  std::byte* const buffer_;
  int64_t at_;
  Nest::Repeats repeats_;
  int64_t in_buffer_ = 0;     // elements: of the period's repetitions, or of a tile
  int64_t filled_with_ = -1;  // where that tile's first element lies, which tells all others; -1: it does not
};

}  // namespace stator::eager
