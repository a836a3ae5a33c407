// What tiles cost, and the cheapest.
#include "compiler/kernels/contraction_model.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "compiler/kernels/contraction_squares.h"

namespace stator::kernels {

int64_t stepOf(const ContractionSchedule& s) { return s.kernel == ContractionSchedule::Kernel::dot ? 1 : s.lanes; }

void cutColumns(ContractionSchedule& s, const ContractionForm& form, int64_t columnSteps) {
  s.panelColumns = columnSteps * stepOf(s);
  s.panels = ceilDivide(form.columns.extent, s.panelColumns);
  s.accumulators = s.cutExtent * s.wholeRows * columnSteps;
}

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
static bool isFar(const ContractionForm& form) {
  return extentProduct(form.rows) * extentProduct(form.reductions) * form.factorBits() / 8 > secondCacheBytes;
}

double waitCycles(const ContractionForm& form, int64_t rows) {
  int64_t bytes = form.factorBits() / 8;
  bool transposed =
      form.reductions.size() == 1 && form.rows.back().a == 1 && std::abs(form.reductions.back().a) * bytes >= lineBytes;
  if (!transposed) return 0;
  return static_cast<double>(ceilDivide(rows * bytes, lineBytes)) * (isFar(form) ? 4.0 : 1.0);
}

bool isTransposed(const ContractionForm& form) { return form.columns.b != 1; }

bool canDot(const ContractionSchedule& s, const ContractionForm& form) {
  return s.reductions.back().a == 1 && s.reductions.back().b == 1 && form.columns.extent > 1;
}

namespace {

struct Costed {
  ContractionSchedule schedule;
  double cycles = std::numeric_limits<double>::infinity();
};

/// Cycles that a dot waits for a vector of B, which all row tiles read: from the second cache, or from behind it.
double dotLoadCycles(const ContractionForm& form) {
  int64_t bytes = form.columns.extent * extentProduct(form.reductions) * form.factorBits() / 8;
  return bytes > secondCacheBytes ? 4.0 : 2.0;
}

/// Cycles of a tile, at two vector multiply-adds and two loads a cycle, and 4.5 cycles from one multiply-add to the
/// next on the same accumulator. A pair of steps takes one multiply-add; one whose halves lie apart in A, two loads.
double tileCycles(const ContractionForm& form, const ContractionSchedule& s, int64_t rows, int64_t columnSteps,
                  double steps) {
  if (s.kernel == ContractionSchedule::Kernel::amx) return squareCycles(s, rows, columnSteps);
  bool dot = s.kernel == ContractionSchedule::Kernel::dot;
  double rowLoad = s.pairs && s.reductions.back().a != 1 ? 1.0 : 0.5;
  double multiplies = rows * columnSteps / 2.0;
  double loads = rows * rowLoad + columnSteps * (dot ? dotLoadCycles(form) : 0.5);
  return steps * (std::max({multiplies, loads, 4.5}) / (s.pairs ? 2 : 1) + waitCycles(form, rows)) +
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

void consider(Costed& best, const ContractionForm& form, ContractionSchedule s, int64_t columnSteps, double steps) {
  cutColumns(s, form, columnSteps);
  int64_t step = stepOf(s);
  int64_t last = ceilDivide(form.columns.extent - (s.panels - 1) * s.panelColumns, step);
  double cycles = panelCycles(form, s, last, steps);
  if (s.panels > 1) cycles += (s.panels - 1) * panelCycles(form, s, columnSteps, steps);
  if (s.panels > 1 && last != columnSteps) cycles *= 1.02;
  if (cycles < best.cycles) best = {std::move(s), cycles};
}

/// Rows of A that share cache sets: their lines would push each other out of the first cache.
bool rowsCollide(const ContractionForm& form) {
  int64_t bytes = std::abs(form.rows.back().a) * form.factorBits() / 8;
  return bytes >= 2048 && bytes % 2048 == 0;
}

Costed broadcastTiles(const ContractionForm& form, ContractionSchedule s, const cpu::Target& target) {
  Costed best;
  int64_t vectors = ceilDivide(form.columns.extent, s.lanes),
          temporaries = (target.fma ? 1 : 2) + (form.bfloat16 ? 1 : 0);
  double steps = extentProduct(form.reductions);
  for (int64_t width = 1; width <= std::min<int64_t>(vectors, 8); ++width) {
    int64_t most = (target.registers - width - temporaries) / width;
    if (rowsCollide(form)) most = std::min<int64_t>(most, 10);
    // Straight code keeps elements of A in registers from one step to the next, where windows overlap.
    if (steps <= mostStraightSteps) most = std::min<int64_t>(most, target.registers / 2 / width);
    for (int64_t rows = 1; rows <= most; ++rows) {
      cutRows(s, form.rows, rows);
      if (s.cutExtent * s.wholeRows == rows) consider(best, form, s, width, steps);
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
      if (s.cutExtent * s.wholeRows == rows) consider(best, form, s, columns, steps);
    }
  }
  return best;
}

/// At infinite cost where there are none.
Costed amxTiles(const ContractionForm& form, ContractionSchedule s, const cpu::Target& target) {
  Costed best;
  if (!target.multipliesTiles || !form.bfloat16 || s.reductions.back().extent == 1) return best;
  s.kernel = ContractionSchedule::Kernel::amx;
  s.pairs = true;
  int64_t widest = std::min<int64_t>(ceilDivide(form.columns.extent, s.lanes), mostRegistersAcross);
  for (int64_t rows = 1; rows <= mostRegistersAcross * mostSquareRows; ++rows) {
    cutRows(s, form.rows, rows);
    if (s.cutExtent * s.wholeRows != rows || !shapeSquares(s, form)) continue;
    for (int64_t width = 1; width <= widest; ++width) consider(best, form, s, width, 0);
  }
  return best;
}

}  // namespace

std::optional<ContractionSchedule> cheapestSquares(const ContractionForm& form, const ContractionSchedule& start,
                                                   const cpu::Target& target) {
  Costed best = amxTiles(form, start, target);
  if (std::isinf(best.cycles)) return {};
  return std::move(best.schedule);
}

ContractionSchedule cheapestTile(const ContractionForm& form, const ContractionSchedule& start,
                                 const cpu::Target& target) {
  Costed best = broadcastTiles(form, start, target), squares = amxTiles(form, start, target);
  if (target.tilesEverywhere && !std::isinf(squares.cycles)) return std::move(squares.schedule);
  if (squares.cycles < best.cycles) best = std::move(squares);
  if (!isTransposed(form)) return std::move(best.schedule);
  double copies = static_cast<double>(extentProduct(form.reductions)) * form.columns.extent;
  best.cycles += 1.5 * copies;
  if (!canDot(start, form)) return std::move(best.schedule);
  Costed dot = dotTiles(form, start, target);
  return std::move(dot.cycles < best.cycles ? dot.schedule : best.schedule);
}

}  // namespace stator::kernels
