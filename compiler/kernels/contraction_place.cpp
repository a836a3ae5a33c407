// Where the tiles of a contraction lie: units, row blocks and tiles by their numbers.
#include "compiler/kernels/contraction_place.h"

namespace stator::kernels {

void TilePlaces::forEachBlock(Value chunk, BlockBody body) const {
  ix_.forShare(chunk, s_.units * s_.rowBlocks, s_.chunks, [&](Value item) { body(placeBlock(item)); });
}

Block TilePlaces::placeBlock(Value item) const {
  Value unit = ix_.divide(item, s_.rowBlocks), part = ix_.remainder(item, s_.rowBlocks);
  llvm::SmallVector<int64_t> radix;
  for (int outer : s_.unitLoops) radix.push_back(form_.outer[outer].extent);
  radix.push_back(s_.panels / s_.panelsPerGroup);
  Values digits = ix_.split(unit, radix);
  Block block;
  block.tile.outer.resize(form_.outer.size());
  for (size_t i = 0; i < s_.unitLoops.size(); ++i) block.tile.outer[s_.unitLoops[i]] = digits[i];
  block.firstPanel = ix_.multiply(digits.back(), s_.panelsPerGroup);
  block.first = ix_.share(part, s_.tilesPerUnit, s_.rowBlocks);
  block.last = ix_.share(ix_.add(part, 1), s_.tilesPerUnit, s_.rowBlocks);
  return block;
}

void TilePlaces::forEachTile(const Block& block, TileBody body) const {
  if (s_.rowBlocks == s_.tilesPerUnit) return placeTile(block, block.first, body);
  ix_.loop(block.first, block.last, [&](Value index) { placeTile(block, index, body); });
}

void TilePlaces::forEachWidth(Value panel, llvm::function_ref<void(int64_t columns)> body) const {
  int64_t last = form_.columns.extent - (s_.panels - 1) * s_.panelColumns;
  Value full = s_.panels == 1 || last == s_.panelColumns ? Value() : ix_.less(panel, s_.panels - 1);
  ix_.branch(full, [&] { body(s_.panels == 1 ? last : s_.panelColumns); }, [&] { body(last); });
}

TilePlaces::Place TilePlaces::place(const Block& block, Value index) const {
  Place at{block.tile, {}, {}};
  at.tile.index = index;
  llvm::SmallVector<int64_t> radix;
  for (int outer : s_.tileLoops) radix.push_back(form_.outer[outer].extent);
  for (int row = 0; row < s_.cutRow; ++row) radix.push_back(form_.rows[row].extent);
  radix.append({s_.rowTiles, s_.panelsPerGroup});
  Values digits = ix_.split(index, radix);
  size_t next = 0;
  for (int outer : s_.tileLoops) at.tile.outer[outer] = digits[next++];
  for (int row = 0; row < s_.cutRow; ++row) at.tile.rowLoops.push_back(digits[next++]);
  at.rowTile = digits[next++], at.panel = ix_.add(block.firstPanel, digits[next]);
  at.tile.column = ix_.multiply(at.panel, s_.panelColumns);
  return at;
}

/// Finds the tile with this index in its unit, and runs `body` in the branch of its size.
void TilePlaces::placeTile(const Block& block, Value index, TileBody body) const {
  auto [tile, rowTile, panel] = place(block, index);
  auto columns = [&] {
    forEachWidth(panel, [&](int64_t count) {
      tile.columns = count;
      body(tile);
    });
  };
  auto big = [&] {
    tile.cutStart = ix_.multiply(rowTile, s_.cutExtent), tile.cutExtent = s_.cutExtent;
    columns();
  };
  auto small = [&] {
    tile.cutStart = ix_.add(ix_.multiply(rowTile, s_.cutExtent - 1), s_.bigRowTiles);
    tile.cutExtent = s_.cutExtent - 1;
    columns();
  };
  ix_.branch(s_.bigRowTiles == s_.rowTiles ? Value() : ix_.less(rowTile, s_.bigRowTiles), big, small);
}

Tile TilePlaces::later(const Block& block, const Tile& tile) const {
  Place at = place(block, ix_.least(ix_.add(tile.index, s_.tilesAhead), s_.tilesPerUnit - 1));
  Value small = ix_.multiply(at.rowTile, s_.cutExtent - 1);
  at.tile.cutStart = ix_.add(small, ix_.least(at.rowTile, s_.bigRowTiles));
  at.tile.cutExtent = s_.cutExtent, at.tile.columns = s_.panelColumns;
  return at.tile;
}

Value TilePlaces::aOffset(const Tile& tile, Value start) const {
  Value a = start;
  for (size_t i = 0; i < form_.outer.size(); ++i) a = ix_.add(a, ix_.multiply(tile.outer[i], form_.outer[i].a));
  for (int i = 0; i < s_.cutRow; ++i) a = ix_.add(a, ix_.multiply(tile.rowLoops[i], form_.rows[i].a));
  return ix_.add(a, ix_.multiply(tile.cutStart, form_.rows[s_.cutRow].a));
}

Value TilePlaces::bOffset(const Tile& tile, Value start) const {
  Value offset = start;
  for (int outer : s_.unitLoops) offset = ix_.add(offset, ix_.multiply(tile.outer[outer], form_.outer[outer].b));
  return offset;
}

Values TilePlaces::rowsOf(const Tile& tile, int64_t row) const {
  Values rows(form_.rows.size());
  for (int dim = static_cast<int>(form_.rows.size()) - 1; dim > s_.cutRow; --dim) {
    rows[dim] = ix_.constant(row % form_.rows[dim].extent);
    row /= form_.rows[dim].extent;
  }
  rows[s_.cutRow] = ix_.add(tile.cutStart, row);
  for (int dim = 0; dim < s_.cutRow; ++dim) rows[dim] = tile.rowLoops[dim];
  return rows;
}

}  // namespace stator::kernels
