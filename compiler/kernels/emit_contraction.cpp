// Emits a contraction: the loops over units, row blocks and tiles, and what becomes of each tile's accumulators.
#include "compiler/kernels/emit_contraction.h"

#include "compiler/kernels/contraction_amx.h"
#include "compiler/kernels/contraction_halo.h"
#include "compiler/kernels/contraction_pack.h"
#include "compiler/kernels/contraction_place.h"
#include "compiler/kernels/contraction_tile.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace stator::kernels {
namespace {

namespace vector = mlir::vector;
using Kernel = ContractionSchedule::Kernel;

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
        places_(ix, form, schedule),
        shortened_(haloReduction(schedule, form)) {
    mlir::Type element = form.elementBits() == 64 ? mlir::Type(ix.builder.getF64Type()) : ix.builder.getF32Type();
    vector_ = mlir::VectorType::get({schedule.lanes}, element);
  }

  /// Runs through the chunk's (unit, row block)s.
  void run() {
    if (isAmx()) configureAmx(ix_, s_, amxScratch());
    places_.forEachBlock(chunk_, [&](const Block& block) { runBlock(block); });
    if (isAmx()) releaseAmx(ix_);
  }

 private:
  void runBlock(const Block& block) {
    Value a = ix_.constant(form_.aOffset), b = ix_.constant(form_.bOffset);
    if (s_.hoisted == 0) {
      start(block, a, b);
      return places_.forEachTile(block, [&](const Tile& tile) {
        announce(tile);
        askAhead(block, tile);
        finish(tile, sumFromZero(tile));
      });
    }
    places_.forEachTile(block, [&](const Tile& tile) { savePartial(block, tile, zeros(tile)); });
    runHoisted(block, llvm::ArrayRef(s_.reductions).take_front(s_.hoisted), a, b);
    places_.forEachTile(block, [&](const Tile& tile) { finish(tile, loadPartial(block, tile)); });
  }

  void runHoisted(const Block& block, llvm::ArrayRef<Dim> dims, Value a, Value b) {
    if (dims.empty()) {
      start(block, a, b);
      return places_.forEachTile(
          block, [&](const Tile& tile) { ix_.branch(meetsImage(tile), [&] { addToPartial(block, tile); }, [] {}); });
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

  /// The chunk's part of the scratch, which may be all of it: partial sums, then a packed panel.
  Value partialStart() {
    bool isOwn = llvm::cast<mlir::MemRefType>(scratch_.getType()).getNumElements() < s_.scratchElements();
    return isOwn ? ix_.constant(0) : ix_.multiply(chunk_, s_.chunkScratchElements());
  }
  Value packedStart() { return ix_.add(partialStart(), s_.partialElements()); }

  void pack(const Tile& tile, Value panel) {
    Value column = ix_.multiply(panel, s_.panelColumns);
    Value from = ix_.add(places_.bOffset(tile, bStart_), ix_.multiply(column, form_.columns.b));
    places_.forEachWidth(panel, [&](int64_t columns) {
      packPanel(ix_, form_, s_, vector_, b_, from, scratch_, packedStart(), columns);
    });
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
    registers.stepsAhead = s_.stepsAhead;
    registers.unroll = s_.unroll;
    registers.straightSteps = s_.straightSteps;
    registers.fma = target_.fma;
    registers.pairStride = s_.reductions.back().a;
    registers.endsInHalf = s_.endsInHalf();
    return registers;
  }

  /// Asks for the lines of A that a tile further on will read.
  void askAhead(const Block& block, const Tile& tile) {
    if (s_.linesAhead.empty()) return;
    Value a = places_.aOffset(places_.later(block, tile), aStart_);
    for (int64_t line : s_.linesAhead)
      ix_.builder.create<mlir::memref::PrefetchOp>(ix_.location, a_, ValueRange{ix_.add(a, line)}, /*isWrite=*/false,
                                                   /*localityHint=*/3, /*isDataCache=*/true);
  }

  /// Where a tile's first elements lie in A and in B.
  Address aOf(const Tile& tile) { return {places_.aOffset(tile, aStart_), 0}; }
  Address bOf(const Tile& tile) {
    if (s_.packB) return {packedStart(), 0};
    return {ix_.add(places_.bOffset(tile, bStart_), ix_.multiply(tile.column, form_.columns.b)), 0};
  }

  Values sum(const Tile& tile, Values accumulators) {
    Address a = aOf(tile), b = bOf(tile);
    if (s_.kernel == Kernel::dot)
      return accumulateDot(ix_, registerTile(tile), a, b, std::move(accumulators), s_.pairs);
    auto accumulate = s_.pairs ? accumulatePairs : accumulateBroadcast;
    return accumulate(ix_, registerTile(tile), a, b, std::move(accumulators));
  }

  bool isAmx() const { return s_.kernel == Kernel::amx; }
  AmxScratch amxScratch() { return {scratch_, ix_.add(packedStart(), s_.panelElements())}; }

  Values sumFromZero(const Tile& tile) {
    if (!isAmx()) return sum(tile, zeros(tile));
    AmxScratch scratch = amxScratch();
    Value sums = scratch.sums(ix_);
    accumulateAmx(ix_, s_, registerTile(tile), scratch, aOf(tile), bOf(tile), sums, true);
    return loadSums(tile, sums);
  }

  void addToPartial(const Block& block, const Tile& tile) {
    if (!isAmx()) return savePartial(block, tile, sum(tile, loadPartial(block, tile)));
    accumulateAmx(ix_, s_, registerTile(tile), amxScratch(), aOf(tile), bOf(tile), partialOf(block, tile), false);
  }

  int64_t accumulatorCount(const Tile& tile) {
    int64_t steps = s_.kernel == Kernel::dot ? tile.columns : (tile.columns + s_.lanes - 1) / s_.lanes;
    return tile.cutExtent * s_.wholeRows * steps;
  }

  Values zeros(const Tile& tile) { return Values(accumulatorCount(tile), zeroVector(ix_, vector_)); }

  /// Where a tile's partial sums wait in the scratch.
  Value partialOf(const Block& block, const Tile& tile) {
    Value inBlock = ix_.subtract(tile.index, block.first);
    return ix_.add(partialStart(), ix_.multiply(inBlock, s_.accumulators * s_.lanes));
  }

  Values loadPartial(const Block& block, const Tile& tile) { return loadSums(tile, partialOf(block, tile)); }

  Values loadSums(const Tile& tile, Value from) {
    Values sums;
    for (int64_t i = 0; i < accumulatorCount(tile); ++i)
      sums.push_back(loadVector(ix_, vector_, scratch_, {from, i * s_.lanes}, Value()));
    return sums;
  }

  void savePartial(const Block& block, const Tile& tile, const Values& sums) {
    Value partial = partialOf(block, tile);
    for (size_t i = 0; i < sums.size(); ++i)
      storeVector(ix_.builder, ix_.location, sums[i], scratch_, ix_.add(partial, i * s_.lanes), Value());
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
        announce_(ix_.builder, ix_.location, tile.outer, places_.rowsOf(tile, row), ix_.add(tile.column, column));
  }

  /// Hands the vector of row `row` and columns `column` to `column + lanes` of a tile to the caller.
  void emit(const Tile& tile, int64_t row, int64_t column, int64_t lanes, Value vector) {
    Values rows = places_.rowsOf(tile, row);
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
  TilePlaces places_;
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
