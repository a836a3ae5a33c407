// How a contraction is cut: tiles by a small cost model in cycles, blocks by the cache sizes that every target has.
#include "compiler/kernels/contraction_schedule.h"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <map>

#include "llvm/ADT/STLExtras.h"
#include "runtime/error.h"

namespace stator::kernels {
namespace {

/// Cache sizes are those of no particular host, so that schedules depend on the target's name alone.
constexpr int64_t firstCacheBytes = 24 << 10;
constexpr int64_t secondCacheBytes = 384 << 10;
constexpr int64_t leastReduction = 128;  ///< steps that stay together where a reduction is cut
constexpr int64_t multipliesPerChunk = 64 << 10;
constexpr int64_t maxChunks = 64;

int64_t ceilDivide(int64_t a, int64_t b) { return (a + b - 1) / b; }

struct Costed {
  ContractionSchedule schedule;
  double cycles = std::numeric_limits<double>::infinity();
};

/// Cuts the rows into tiles of at most `most` rows, as equal as can be.
void cutRows(ContractionSchedule& s, llvm::ArrayRef<Dim> rows, int64_t most) {
  s.cutRow = static_cast<int>(rows.size()) - 1;
  s.wholeRows = 1;
  while (s.cutRow > 0 && s.wholeRows * rows[s.cutRow].extent <= most) s.wholeRows *= rows[s.cutRow--].extent;
  int64_t extent = rows[s.cutRow].extent;
  s.rowTiles = ceilDivide(extent, std::max<int64_t>(1, most / s.wholeRows));
  s.cutExtent = ceilDivide(extent, s.rowTiles);
  s.bigRowTiles = extent - s.rowTiles * (s.cutExtent - 1);
}

/// Whether A does not fit into the second cache.
bool isFar(const ContractionForm& form) {
  return extentProduct(form.rows) * extentProduct(form.reductions) * form.elementBits() / 8 > secondCacheBytes;
}

/// Cycles that a step of a tile's reduction waits for A where A lies transposed: each step reads other lines, which no
/// prefetcher foresees, once for every panel. They come from the second cache, or from behind it.
double waitCycles(const ContractionForm& form, int64_t rows) {
  constexpr int64_t lineBytes = 64;
  int64_t bytes = form.elementBits() / 8;
  bool transposed =
      form.reductions.size() == 1 && form.rows.back().a == 1 && std::abs(form.reductions.back().a) * bytes >= lineBytes;
  if (!transposed) return 0;
  return static_cast<double>(ceilDivide(rows * bytes, lineBytes)) * (isFar(form) ? 4.0 : 1.0);
}

/// Whether all panels of B are to meet a part of A while it is near: where A is far and lies transposed, and B is
/// narrow enough for the second cache.
bool sharesRows(const ContractionSchedule& s, const ContractionForm& form) {
  int64_t narrowest = leastReduction * form.columns.extent * form.elementBits() / 8;
  return s.kernel == ContractionSchedule::Kernel::broadcast && s.panels > 1 && waitCycles(form, 1) > 1 &&
         narrowest <= secondCacheBytes;
}

/// Cycles that a dot waits for a vector of B, which all row tiles read: from the second cache, or from behind it.
double dotLoadCycles(const ContractionForm& form) {
  int64_t bytes = form.columns.extent * extentProduct(form.reductions) * form.elementBits() / 8;
  return bytes > secondCacheBytes ? 4.0 : 2.0;
}

/// Cycles of a tile, at two vector multiply-adds and two loads a cycle, and 4.5 cycles from one multiply-add to the
/// next on the same accumulator.
double tileCycles(const ContractionForm& form, const ContractionSchedule& s, int64_t rows, int64_t columnSteps,
                  double steps) {
  bool dot = s.kernel == ContractionSchedule::Kernel::dot;
  double multiplies = rows * columnSteps / 2.0, loads = rows / 2.0 + columnSteps * (dot ? dotLoadCycles(form) : 0.5);
  return steps * (std::max({multiplies, loads, 4.5}) + waitCycles(form, rows)) +
         (dot ? 4.0 : 1.5) * rows * columnSteps + 20;
}

double rowLoops(const ContractionForm& form, const ContractionSchedule& s) {
  return extentProduct(llvm::ArrayRef(form.rows).take_front(s.cutRow));
}

/// Cycles for all rows against one panel of `columnSteps` accumulator columns.
double panelCycles(const ContractionForm& form, const ContractionSchedule& s, int64_t columnSteps, double steps) {
  int64_t big = s.cutExtent * s.wholeRows, small = big - s.wholeRows, smallTiles = s.rowTiles - s.bigRowTiles;
  double cycles = s.bigRowTiles * tileCycles(form, s, big, columnSteps, steps);
  if (smallTiles) cycles += smallTiles * tileCycles(form, s, small, columnSteps, steps);
  double twoSizes = smallTiles ? 1.02 : 1.0;  // a second kernel to compile
  return twoSizes * rowLoops(form, s) * cycles;
}

void consider(Costed& best, const ContractionForm& form, ContractionSchedule s, int64_t columnSteps, int64_t step,
              double steps) {
  s.panelColumns = columnSteps * step;
  s.panels = ceilDivide(form.columns.extent, s.panelColumns);
  s.accumulators = s.cutExtent * s.wholeRows * columnSteps;
  int64_t last = ceilDivide(form.columns.extent - (s.panels - 1) * s.panelColumns, step);
  double cycles = panelCycles(form, s, last, steps);
  if (s.panels > 1) cycles += (s.panels - 1) * panelCycles(form, s, columnSteps, steps);
  if (s.panels > 1 && last != columnSteps) cycles *= 1.02;
  if (cycles < best.cycles) best = {std::move(s), cycles};
}

/// Rows of A that share cache sets: their lines would push each other out of the first cache.
bool rowsCollide(const ContractionForm& form) {
  int64_t bytes = std::abs(form.rows.back().a) * form.elementBits() / 8;
  return bytes >= 2048 && bytes % 2048 == 0;
}

Costed broadcastTiles(const ContractionForm& form, ContractionSchedule s, const cpu::Target& target) {
  Costed best;
  int64_t vectors = ceilDivide(form.columns.extent, s.lanes), temporaries = target.fma ? 1 : 2;
  double steps = extentProduct(form.reductions);
  for (int64_t width = 1; width <= std::min<int64_t>(vectors, 8); ++width) {
    int64_t most = (target.registers - width - temporaries) / width;
    if (rowsCollide(form)) most = std::min<int64_t>(most, 10);
    // Straight code keeps elements of A in registers from one step to the next, where windows overlap.
    if (steps <= straightSteps) most = std::min<int64_t>(most, target.registers / 2 / width);
    for (int64_t rows = 1; rows <= most; ++rows) {
      cutRows(s, form.rows, rows);
      if (s.cutExtent * s.wholeRows == rows) consider(best, form, s, width, s.lanes, steps);
    }
  }
  return best;
}

Costed dotTiles(const ContractionForm& form, ContractionSchedule s, const cpu::Target& target) {
  Costed best;
  s.kernel = ContractionSchedule::Kernel::dot;
  const Dim& last = s.reductions.back();
  double steps = static_cast<double>(extentProduct(s.reductions)) / last.extent * ceilDivide(last.extent, s.lanes);
  for (int64_t columns : {4, 8, 16}) {
    for (int64_t rows = 1; rows * columns <= target.registers * 3 / 4; ++rows) {
      cutRows(s, form.rows, rows);
      if (s.cutExtent * s.wholeRows == rows) consider(best, form, s, columns, 1, steps);
    }
  }
  return best;
}

/// Cuts the last reduction into equal blocks of whole vectors, so that `stepBytes` times a block is within `most`.
void cutReduction(ContractionSchedule& s, int64_t stepBytes, int64_t most) {
  Dim& dim = s.reductions.back();
  for (int64_t blocks = 2; dim.extent / blocks >= leastReduction; ++blocks) {
    int64_t length = dim.extent / blocks;
    if (dim.extent % blocks || length % s.lanes || length * stepBytes > most) continue;
    Dim block{blocks, dim.a * length, dim.b * length, 0};
    dim.extent = length;
    s.reductions.insert(s.reductions.end() - 1, block);
    ++s.hoisted;
    return;
  }
}

/// Hoists reductions until what many tiles share stays in a cache: a panel of B for all row tiles, all panels where A
/// is far, or in a dot the rows of A for all columns.
void hoistReductions(ContractionSchedule& s, const ContractionForm& form) {
  bool dot = s.kernel == ContractionSchedule::Kernel::dot;
  int64_t rowTiles = s.rowTiles * extentProduct(llvm::ArrayRef(form.rows).take_front(s.cutRow));
  if ((dot ? s.panels : rowTiles) == 1) return;
  int64_t columns = sharesRows(s, form) ? form.columns.extent : s.panelColumns;
  int64_t stepBytes = (dot ? s.cutExtent * s.wholeRows : columns) * form.elementBits() / 8;
  int64_t most = dot ? firstCacheBytes : secondCacheBytes;
  while (s.packedReductions() * stepBytes > most) {
    if (s.hoisted + 1 == static_cast<int>(s.reductions.size())) return cutReduction(s, stepBytes, most);
    if (s.packedReductions() / s.reductions[s.hoisted].extent < 64) return;
    ++s.hoisted;
  }
}

/// Whether rows of B lie so that they push each other out of the cache, and are read often enough to pay for a copy.
bool packingPays(const ContractionSchedule& s, const ContractionForm& form) {
  int64_t bytes = form.elementBits() / 8, rowBytes = std::abs(s.reductions.back().b) * bytes;
  int64_t tilesPerPanel = extentProduct(form.rows) / s.accumulators;
  for (int outer : s.tileLoops) tilesPerPanel *= form.outer[outer].extent;
  return rowBytes >= 1024 && rowBytes % 1024 == 0 && s.packedReductions() * s.panelColumns * bytes > firstCacheBytes &&
         tilesPerPanel >= 8;
}

int64_t largestDivisor(int64_t value, int64_t most) {
  for (int64_t divisor = std::min(value, most); divisor > 1; --divisor)
    if (value % divisor == 0) return divisor;
  return 1;
}

/// Panels whose tiles take turns on the same rows.
int64_t panelsTogether(const ContractionSchedule& s, const ContractionForm& form) {
  int64_t panelBytes = s.packedReductions() * s.panelColumns * form.elementBits() / 8;
  bool small = panelBytes <= firstCacheBytes && !sharesRows(s, form);
  return s.packB || small ? 1 : largestDivisor(s.panels, std::max<int64_t>(1, secondCacheBytes / panelBytes));
}

/// Tiles in a row block at least, so that what they share is a small part of their time. Packing by a transposed copy
/// costs an element as much as some twenty rows do, by vectors as much as five.
int64_t tilesPerRowBlock(const ContractionSchedule& s, const ContractionForm& form) {
  int64_t tileRows = s.cutExtent * s.wholeRows;
  if (s.packB) return ceilDivide(form.columns.b == 1 ? 64 : 192, tileRows);
  if (s.kernel == ContractionSchedule::Kernel::dot) return s.panelsPerGroup;
  return s.hoisted && sharesRows(s, form) ? s.panelsPerGroup * ceilDivide(64, tileRows) : 1;
}

/// Units, blocks and chunks.
void partition(ContractionSchedule& s, const ContractionForm& form) {
  s.panelsPerGroup = panelsTogether(s, form);
  s.units = s.panels / s.panelsPerGroup;
  for (int outer : s.unitLoops) s.units *= form.outer[outer].extent;
  s.tilesPerUnit = s.rowTiles * s.panelsPerGroup * extentProduct(llvm::ArrayRef(form.rows).take_front(s.cutRow));
  for (int outer : s.tileLoops) s.tilesPerUnit *= form.outer[outer].extent;
  int64_t wanted = std::clamp<int64_t>(multiplyCount(form) / multipliesPerChunk, 1, maxChunks);
  s.rowBlocks = std::max<int64_t>(1, s.tilesPerUnit / tilesPerRowBlock(s, form));
  if (s.packB || s.hoisted) s.rowBlocks = std::min(s.rowBlocks, ceilDivide(wanted, s.units));
  s.chunks = std::min(wanted, s.units * s.rowBlocks);
}

/// Elements of A that several of `unroll` steps read, as where windows overlap: the compiler keeps them in registers.
int64_t sharedElements(const ContractionSchedule& s, const ContractionForm& form, int64_t unroll) {
  std::map<int64_t, int64_t> readers;
  for (int64_t row = 0; row < s.cutExtent * s.wholeRows; ++row)
    for (int64_t step = 0; step < unroll; ++step) ++readers[rowOffset(s, form, row) + step * s.reductions.back().a];
  return llvm::count_if(readers, [](const auto& reader) { return reader.second > 1; });
}

/// An unrolling that leaves no remainder where there is one, with a loop body of about a hundred instructions, and with
/// registers for all that it holds.
int chooseUnroll(const ContractionSchedule& s, const ContractionForm& form, const cpu::Target& target) {
  if (s.kernel == ContractionSchedule::Kernel::dot) return 2;
  int64_t extent = s.tileReductions().back().extent, columns = ceilDivide(s.panelColumns, s.lanes);
  int64_t most = std::clamp<int64_t>(112 / s.accumulators, 2, 8);
  auto fits = [&](int64_t unroll) {
    int64_t shared = sharedElements(s, form, unroll);
    return shared == 0 || s.accumulators + columns + shared <= target.registers;
  };
  for (int64_t unroll = most; unroll >= 2; --unroll)
    if (extent % unroll == 0 && fits(unroll)) return static_cast<int>(unroll);
  for (int64_t unroll = std::min<int64_t>(most, 4); unroll >= 2; --unroll)
    if (fits(unroll)) return static_cast<int>(unroll);
  return 1;
}

}  // namespace

int64_t rowOffset(const ContractionSchedule& schedule, const ContractionForm& form, int64_t row) {
  int64_t offset = 0;
  for (int dim = static_cast<int>(form.rows.size()) - 1; dim > schedule.cutRow; --dim) {
    offset += row % form.rows[dim].extent * form.rows[dim].a;
    row /= form.rows[dim].extent;
  }
  return offset + row * form.rows[schedule.cutRow].a;
}

int64_t ContractionSchedule::tilesPerBlock() const { return ceilDivide(tilesPerUnit, rowBlocks); }

int64_t ContractionSchedule::packedReductions() const {
  return extentProduct(llvm::ArrayRef(reductions).drop_front(hoisted));
}

llvm::SmallVector<Dim, 4> ContractionSchedule::packedReductionDims() const {
  auto inside = llvm::ArrayRef<Dim>(reductions).drop_front(hoisted);
  llvm::SmallVector<Dim, 4> dims(inside);
  int64_t stride = panelColumns;
  for (size_t i = dims.size(); i-- > 0;) {
    dims[i].b = stride;
    stride *= dims[i].extent;
  }
  return dims;
}

llvm::SmallVector<Dim, 4> ContractionSchedule::tileReductions() const {
  if (packB) return mergeDims(packedReductionDims());
  auto inside = llvm::ArrayRef<Dim>(reductions).drop_front(hoisted);
  return llvm::SmallVector<Dim, 4>(inside);
}

ContractionSchedule scheduleContraction(const ContractionForm& form, const cpu::Target& target) {
  if (form.rows.empty() || form.reductions.empty()) throw InternalError("contraction: no rows or no reductions");
  if (form.element != DType::f32 && form.element != DType::f64)
    throw InternalError("contraction: element is " + std::string(name_of(form.element)) + ", not f32 or f64");

  ContractionSchedule start;
  start.lanes = target.lanes(form.elementBits());
  start.reductions = mergeDims(form.reductions);
  for (size_t i = 0; i < form.outer.size(); ++i)
    (form.outer[i].b ? start.unitLoops : start.tileLoops).push_back(static_cast<int>(i));

  Costed best = broadcastTiles(form, start, target);
  bool transposed = form.columns.b != 1;
  if (transposed) {
    double copies = static_cast<double>(extentProduct(form.reductions)) * form.columns.extent;
    best.cycles += 1.5 * copies;
    const Dim& last = start.reductions.back();
    if (last.a == 1 && last.b == 1 && form.columns.extent > 1)
      if (Costed dot = dotTiles(form, start, target); dot.cycles < best.cycles) best = dot;
  }
  ContractionSchedule s = std::move(best.schedule);
  hoistReductions(s, form);
  s.packB = s.kernel == ContractionSchedule::Kernel::broadcast && (transposed || packingPays(s, form));
  s.unroll = chooseUnroll(s, form, target);
  partition(s, form);
  return s;
}

}  // namespace stator::kernels
