// Where the tiles of a contraction lie: units, row blocks and tiles by their numbers. Internal to kernels.
#pragma once

#include "compiler/kernels/contraction_schedule.h"
#include "compiler/kernels/index_builder.h"

namespace stator::kernels {

/// One tile: where it lies (known at run time) and how large it is (known here).
struct Tile {
  Value index;  ///< in its unit
  Values outer;
  Values rowLoops;  ///< indices of the row dims before the cut one
  Value cutStart;   ///< first step of the cut row dim
  Value column;     ///< first column
  int64_t cutExtent = 1;
  int64_t columns = 1;
};

/// A row block of a unit: its tiles lie in [first, last).
struct Block {
  Tile tile;  ///< the indices that all its tiles share
  Value firstPanel;
  Value first, last;
};

class TilePlaces {
 public:
  TilePlaces(IndexBuilder ix, const ContractionForm& form, const ContractionSchedule& schedule)
      : ix_(ix), form_(form), s_(schedule) {}

  using BlockBody = llvm::function_ref<void(const Block&)>;
  /// The (unit, row block)s of a chunk, one after the other.
  void forEachBlock(Value chunk, BlockBody body) const;

  using TileBody = llvm::function_ref<void(const Tile&)>;
  /// The tiles of a block; `body` is called once for each size of a tile.
  void forEachTile(const Block& block, TileBody body) const;

  /// `body` with the number of columns of a panel: that of a full one, or of the last.
  void forEachWidth(Value panel, llvm::function_ref<void(int64_t columns)> body) const;

  /// The tile, as large as any, that comes `tilesAhead` tiles later, or the unit's last.
  Tile later(const Block& block, const Tile& tile) const;

  /// Where a tile begins in A, whose reductions begin at `start`.
  Value aOffset(const Tile& tile, Value start) const;
  /// Where the rows of B begin that a tile's unit takes, before its column.
  Value bOffset(const Tile& tile, Value start) const;
  /// The indices of a tile's row `row`.
  Values rowsOf(const Tile& tile, int64_t row) const;

 private:
  /// A tile, but for what depends on its size, with its index among the row tiles and its panel.
  struct Place {
    Tile tile;
    Value rowTile, panel;
  };

  Block placeBlock(Value item) const;
  Place place(const Block& block, Value index) const;
  void placeTile(const Block& block, Value index, TileBody body) const;

  IndexBuilder ix_;
  const ContractionForm& form_;
  const ContractionSchedule& s_;
};

}  // namespace stator::kernels
