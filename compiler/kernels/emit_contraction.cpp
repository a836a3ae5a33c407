// Emits a contraction: the loops over units, row blocks and tiles, and what becomes of each tile's accumulators.
#include "compiler/kernels/emit_contraction.h"

#include "compiler/kernels/contraction_halo.h"
#include "compiler/kernels/contraction_pack.h"
#include "compiler/kernels/contraction_tile.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace stator::kernels {
namespace {

namespace vector = mlir::vector;
using Kernel = ContractionSchedule::Kernel;

/// One tile: where it lies (known at run time) and how large it is (known here).
struct Tile {
  Value index;  ///< in its unit
  Values outer;
  Values rowLoops;  ///< indices of the row dims before the cut one
  Value cutStart;   ///< first step of the cut row dim
  Value column;     ///< first column
  Value partial;    ///< where its partial sums wait in the scratch
  int64_t cutExtent = 1;
  int64_t columns = 1;
};

class Emitter {
 public:
  Emitter(IndexBuilder ix, const ContractionForm& form, const ContractionSchedule& schedule, const cpu::Target& target,
          Value a, Value b, Value scratch, Value chunk, StoreFn store, AnnounceFn announce)
      : ix_(ix),
        form_(form),
        s_(schedule),
        target_(target),
        a_(a),
        b_(b),
        scratch_(scratch),
        chunk_(chunk),
        store_(store),
        announce_(announce),
        shortened_(haloReduction(schedule, form)) {
    mlir::Type element = form.elementBits() == 64 ? mlir::Type(ix.builder.getF64Type()) : ix.builder.getF32Type();
    vector_ = mlir::VectorType::get({schedule.lanes}, element);
  }

  /// Runs through the chunk's (unit, row block)s.
  void run() {
    int64_t items = s_.units * s_.rowBlocks;
    if (s_.chunks == items) return runBlock(chunk_);
    if (s_.chunks == 1) return ix_.loop(items, [&](Value item) { runBlock(item); });
    Value lower = share(chunk_, items, s_.chunks), upper = share(ix_.add(chunk_, 1), items, s_.chunks);
    ix_.loop(lower, upper, [&](Value item) { runBlock(item); });
  }

 private:
  using TileBody = llvm::function_ref<void(const Tile&)>;

  /// A row block of a unit: its tiles lie in [first, last).
  struct Block {
    Tile tile;  ///< the indices that all its tiles share
    Value firstPanel;
    Value first, last;
  };

  void runBlock(Value item) {
    Block block = placeBlock(ix_.divide(item, s_.rowBlocks), ix_.remainder(item, s_.rowBlocks));
    Value a = ix_.constant(form_.aOffset), b = ix_.constant(form_.bOffset);
    if (s_.hoisted == 0) {
      start(block, a, b);
      return forEachTile(block, [&](const Tile& tile) {
        announce(tile);
        askAhead(block, tile);
        finish(tile, sum(tile, zeros(tile)));
      });
    }
    forEachTile(block, [&](const Tile& tile) { savePartial(tile, zeros(tile)); });
    runHoisted(block, llvm::ArrayRef(s_.reductions).take_front(s_.hoisted), a, b);
    forEachTile(block, [&](const Tile& tile) { finish(tile, loadPartial(tile)); });
  }

  void runHoisted(const Block& block, llvm::ArrayRef<Dim> dims, Value a, Value b) {
    if (dims.empty()) {
      start(block, a, b);
      return forEachTile(block, [&](const Tile& tile) {
        ix_.branch(meetsImage(tile), [&] { savePartial(tile, sum(tile, loadPartial(tile))); }, [] {});
      });
    }
    const Dim& dim = dims.front();
    ix_.loop(dim.extent, [&](Value index) {
      hoistedAt_.push_back(index);
      runHoisted(block, dims.drop_front(), ix_.add(a, ix_.multiply(index, dim.a)),
                 ix_.add(b, ix_.multiply(index, dim.b)));
      hoistedAt_.pop_back();
    });
  }

  /// The reductions inside the tiles begin at `a` and `b`.
  void start(const Block& block, Value a, Value b) {
    aStart_ = a, bStart_ = b;
    if (s_.packB) pack(block.tile, block.firstPanel);
  }

  /// floor(index * total / parts)
  Value share(Value index, int64_t total, int64_t parts) {
    if (total % parts == 0) return ix_.multiply(index, total / parts);
    return ix_.divide(ix_.multiply(index, total), parts);
  }

  Block placeBlock(Value unit, Value part) {
    llvm::SmallVector<int64_t> radix;
    for (int outer : s_.unitLoops) radix.push_back(form_.outer[outer].extent);
    radix.push_back(s_.panels / s_.panelsPerGroup);
    Values digits = ix_.split(unit, radix);
    Block block;
    block.tile.outer.resize(form_.outer.size());
    for (size_t i = 0; i < s_.unitLoops.size(); ++i) block.tile.outer[s_.unitLoops[i]] = digits[i];
    block.firstPanel = ix_.multiply(digits.back(), s_.panelsPerGroup);
    block.first = share(part, s_.tilesPerUnit, s_.rowBlocks);
    block.last = share(ix_.add(part, 1), s_.tilesPerUnit, s_.rowBlocks);
    return block;
  }

  void forEachTile(const Block& block, TileBody body) {
    if (s_.rowBlocks == s_.tilesPerUnit) return placeTile(block, block.first, body);
    ix_.loop(block.first, block.last, [&](Value index) { placeTile(block, index, body); });
  }

  /// Where the rows of B begin that the tile's unit takes, before its column.
  Value bOffset(const Tile& tile) {
    Value offset = bStart_;
    for (int outer : s_.unitLoops) offset = ix_.add(offset, ix_.multiply(tile.outer[outer], form_.outer[outer].b));
    return offset;
  }

  /// The chunk's part of the scratch, which may be all of it: partial sums, then a packed panel.
  Value partialStart() {
    bool isOwn = llvm::cast<mlir::MemRefType>(scratch_.getType()).getNumElements() < s_.scratchElements();
    return isOwn ? ix_.constant(0) : ix_.multiply(chunk_, s_.chunkScratchElements());
  }
  Value packedStart() { return ix_.add(partialStart(), s_.partialElements()); }

  void pack(const Tile& tile, Value panel) {
    Value column = ix_.multiply(panel, s_.panelColumns);
    Value from = ix_.add(bOffset(tile), ix_.multiply(column, form_.columns.b));
    forEachWidth(panel, [&](int64_t columns) {
      packPanel(ix_, form_, s_, vector_, b_, from, scratch_, packedStart(), columns);
    });
  }

  /// `body` with the number of columns of a panel: that of a full one, or of the last.
  void forEachWidth(Value panel, llvm::function_ref<void(int64_t columns)> body) {
    int64_t last = form_.columns.extent - (s_.panels - 1) * s_.panelColumns;
    Value full = s_.panels == 1 || last == s_.panelColumns ? Value() : ix_.less(panel, s_.panels - 1);
    ix_.branch(full, [&] { body(s_.panels == 1 ? last : s_.panelColumns); }, [&] { body(last); });
  }

  /// A tile, but for what depends on its size, with its index among the row tiles and its panel.
  struct Place {
    Tile tile;
    Value rowTile, panel;
  };

  Place place(const Block& block, Value index) {
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
  void placeTile(const Block& block, Value index, TileBody body) {
    auto [tile, rowTile, panel] = place(block, index);
    if (s_.hoisted) {
      Value inBlock = ix_.subtract(index, block.first);
      tile.partial = ix_.add(partialStart(), ix_.multiply(inBlock, s_.accumulators * s_.lanes));
    }
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

  llvm::SmallVector<int64_t> rowOffsets(const Tile& tile) {
    llvm::SmallVector<int64_t> offsets;
    for (int64_t row = 0; row < tile.cutExtent * s_.wholeRows; ++row) offsets.push_back(rowOffset(s_, form_, row));
    return offsets;
  }

  HaloSteps stepsWithinHalo(const Tile& tile) {
    int row = form_.halo->row;
    if (row == s_.cutRow) return stepsWithin(ix_, form_, tile.cutStart, tile.cutExtent);
    return stepsWithin(ix_, form_, tile.rowLoops[row], 1);
  }

  /// Whether the hoisted step that is under way meets more of the tile's rows than zeros; null where all do.
  Value meetsImage(const Tile& tile) {
    if (shortened_ < 0 || shortened_ >= s_.hoisted) return {};
    HaloSteps steps = stepsWithinHalo(tile);
    return ix_.within(hoistedAt_[shortened_], steps.first, steps.last);
  }

  RegisterTile registerTile(const Tile& tile) {
    RegisterTile registers;
    registers.vector = vector_;
    registers.a = a_;
    registers.b = s_.packB ? scratch_ : b_;
    registers.rowOffsets = rowOffsets(tile);
    registers.columns = tile.columns;
    registers.columnStride = form_.columns.b;
    registers.padded = s_.packB;
    registers.reductions = s_.tileReductions();
    if (shortened_ >= s_.hoisted && registers.reductions.size() == s_.reductions.size() - s_.hoisted) {
      HaloSteps steps = stepsWithinHalo(tile);
      registers.bounded = shortened_ - s_.hoisted, registers.first = steps.first, registers.last = steps.last;
    }
    registers.unroll = s_.unroll;
    registers.straightSteps = s_.straightSteps;
    registers.fma = target_.fma;
    return registers;
  }

  /// Where the tile begins in A.
  Value aOffset(const Tile& tile) {
    Value a = aStart_;
    for (size_t i = 0; i < form_.outer.size(); ++i) a = ix_.add(a, ix_.multiply(tile.outer[i], form_.outer[i].a));
    for (int i = 0; i < s_.cutRow; ++i) a = ix_.add(a, ix_.multiply(tile.rowLoops[i], form_.rows[i].a));
    return ix_.add(a, ix_.multiply(tile.cutStart, form_.rows[s_.cutRow].a));
  }

  /// Asks for the lines of A that a tile further on will read.
  void askAhead(const Block& block, const Tile& tile) {
    if (s_.linesAhead.empty()) return;
    Place later = place(block, ix_.least(ix_.add(tile.index, s_.tilesAhead), s_.tilesPerUnit - 1));
    Value small = ix_.multiply(later.rowTile, s_.cutExtent - 1);
    later.tile.cutStart = ix_.add(small, ix_.least(later.rowTile, s_.bigRowTiles));
    Value a = aOffset(later.tile);
    for (int64_t line : s_.linesAhead)
      ix_.builder.create<mlir::memref::PrefetchOp>(ix_.location, a_, ValueRange{ix_.add(a, line)}, /*isWrite=*/false,
                                                   /*localityHint=*/3, /*isDataCache=*/true);
  }

  Values sum(const Tile& tile, Values accumulators) {
    Value a = aOffset(tile);
    Value b = s_.packB ? packedStart() : ix_.add(bOffset(tile), ix_.multiply(tile.column, form_.columns.b));
    auto accumulate = s_.kernel == Kernel::dot ? accumulateDot : accumulateBroadcast;
    return accumulate(ix_, registerTile(tile), {a, 0}, {b, 0}, std::move(accumulators));
  }

  int64_t accumulatorCount(const Tile& tile) {
    int64_t steps = s_.kernel == Kernel::dot ? tile.columns : (tile.columns + s_.lanes - 1) / s_.lanes;
    return tile.cutExtent * s_.wholeRows * steps;
  }

  Values zeros(const Tile& tile) { return Values(accumulatorCount(tile), zeroVector(ix_, vector_)); }

  Values loadPartial(const Tile& tile) {
    Values sums;
    for (int64_t i = 0; i < accumulatorCount(tile); ++i)
      sums.push_back(loadVector(ix_, vector_, scratch_, {tile.partial, i * s_.lanes}, Value()));
    return sums;
  }

  void savePartial(const Tile& tile, const Values& sums) {
    for (size_t i = 0; i < sums.size(); ++i)
      storeVector(ix_.builder, ix_.location, sums[i], scratch_, ix_.add(tile.partial, i * s_.lanes), Value());
  }

  void finish(const Tile& tile, Values sums) {
    if (s_.kernel == Kernel::dot) return finishDot(tile, std::move(sums));
    int64_t vectors = (tile.columns + s_.lanes - 1) / s_.lanes;
    for (size_t i = 0; i < sums.size(); ++i) emit(tile, i / vectors, i % vectors * s_.lanes, s_.lanes, sums[i]);
  }

  /// Sums the lanes, then stores narrow vectors: as many columns as a panel has, up to a whole vector.
  void finishDot(const Tile& tile, const Values& sums) {
    int64_t width = std::min<int64_t>(s_.lanes, s_.panelColumns), rows = tile.cutExtent * s_.wholeRows;
    int64_t padded = (tile.columns + width - 1) / width * width;
    Values ordered;
    for (int64_t i = 0; i < rows * padded; ++i) {
      bool valid = i % padded < tile.columns;
      ordered.push_back(valid ? sums[i / padded * tile.columns + i % padded] : zeroVector(ix_, vector_));
    }
    Values totals = sumLanes(ix_, vector_, std::move(ordered));
    for (int64_t i = 0; i < rows * padded; i += width) {
      Value part = totals[i / s_.lanes];
      if (width < s_.lanes)
        part = ix_.builder.create<vector::ExtractStridedSliceOp>(ix_.location, part, i % s_.lanes, width, 1);
      emit(tile, i / padded, i % padded, width, part);
    }
  }

  void announce(const Tile& tile) {
    if (!announce_) return;
    for (int64_t row = 0; row < tile.cutExtent * s_.wholeRows; ++row)
      for (int64_t column = 0; column < tile.columns; column += s_.lanes)
        announce_(ix_.builder, ix_.location, tile.outer, rowsOf(tile, row), ix_.add(tile.column, column));
  }

  /// The indices of a tile's row `row`.
  Values rowsOf(const Tile& tile, int64_t row) {
    Values rows(form_.rows.size());
    for (int dim = static_cast<int>(form_.rows.size()) - 1; dim > s_.cutRow; --dim) {
      rows[dim] = ix_.constant(row % form_.rows[dim].extent);
      row /= form_.rows[dim].extent;
    }
    rows[s_.cutRow] = ix_.add(tile.cutStart, row);
    for (int dim = 0; dim < s_.cutRow; ++dim) rows[dim] = tile.rowLoops[dim];
    return rows;
  }

  /// Hands the vector of row `row` and columns `column` to `column + lanes` of a tile to the caller.
  void emit(const Tile& tile, int64_t row, int64_t column, int64_t lanes, Value vector) {
    Values rows = rowsOf(tile, row);
    Value mask = firstLanes(ix_, tile.columns - column, lanes);
    store_(ix_.builder, ix_.location, tile.outer, rows, ix_.add(tile.column, column), vector, mask);
  }

  IndexBuilder ix_;
  const ContractionForm& form_;
  const ContractionSchedule& s_;
  const cpu::Target& target_;
  Value a_, b_, scratch_, chunk_;
  StoreFn store_;
  AnnounceFn announce_;
  mlir::VectorType vector_;
  int shortened_;     ///< the reduction that a halo makes shorter, or -1
  Values hoistedAt_;  ///< indices of the hoisted reductions
  Value aStart_, bStart_;
};

}  // namespace

void emitContraction(OpBuilder& builder, Location location, const ContractionForm& form,
                     const ContractionSchedule& schedule, const cpu::Target& target, Value a, Value b, Value scratch,
                     Value chunk, StoreFn store, AnnounceFn announce) {
  Emitter({builder, location}, form, schedule, target, a, b, scratch, chunk, store, announce).run();
}

Value contractionOffset(OpBuilder& builder, Location location, const ContractionForm& form, ValueRange outer,
                        ValueRange rows, Value column) {
  IndexBuilder ix{builder, location};
  Value offset = ix.multiply(column, form.columns.c);
  for (size_t i = 0; i < form.outer.size(); ++i) offset = ix.add(offset, ix.multiply(outer[i], form.outer[i].c));
  for (size_t i = 0; i < form.rows.size(); ++i) offset = ix.add(offset, ix.multiply(rows[i], form.rows[i].c));
  return offset;
}

void storeVector(OpBuilder& builder, Location location, Value vector, Value memref, Value offset, Value mask) {
  if (mask) builder.create<vector::MaskedStoreOp>(location, memref, offset, mask, vector);
  else builder.create<vector::StoreOp>(location, vector, memref, offset);
}

}  // namespace stator::kernels
