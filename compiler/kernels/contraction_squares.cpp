// What AMX's registers hold of a contraction's tile: squares of A, B and C.
#include "compiler/kernels/contraction_squares.h"

#include <algorithm>

#include "compiler/kernels/contraction_model.h"

namespace stator::kernels {

using Square = ContractionSchedule::Square;

namespace {

/// Rows of the smallest tile.
int64_t leastRows(const ContractionSchedule& s) {
  bool oneSize = s.bigRowTiles == s.rowTiles;
  return (s.cutExtent - (oneSize ? 0 : 1)) * s.wholeRows;
}

/// Whether the rows of each register of a tile of `rows` rows lie as far from each other, `stride` where it is not 0.
bool areEven(const ContractionSchedule& s, const ContractionForm& form, int64_t rows, int64_t stride) {
  for (int64_t start : squareStarts(s, rows)) {
    for (int64_t row = start + 1; row < start + s.squareRows; ++row) {
      int64_t step = rowOffset(s, form, row) - rowOffset(s, form, row - 1);
      if (stride == 0) stride = step;
      if (step != stride) return false;
    }
  }
  return true;
}

/// As many pairs as divide all of them, as long as that takes few more steps than full squares do.
int64_t pairsOfStep(int64_t extent) {
  const int64_t pairs = ceilDivide(extent, 2), steps = ceilDivide(pairs, mostSquareRows);
  if (extent % 2 == 0)
    for (int64_t step = mostSquareRows; pairs / step <= steps + steps / 4; --step)
      if (pairs % step == 0) return step;
  return std::min(pairs, mostSquareRows);
}

}  // namespace

int64_t ContractionSchedule::amxElements() const {
  if (kernel != Kernel::amx) return 0;
  return configElements + mostRegistersAcross * squareElements + (hoisted ? 0 : accumulators * lanes);
}

llvm::SmallVector<int64_t, 2> squareStarts(const ContractionSchedule& s, int64_t rows) {
  llvm::SmallVector<int64_t, 2> starts;
  for (int64_t row = 0; row < rows; row += s.squareRows) starts.push_back(std::min(row, rows - s.squareRows));
  return starts;
}

int64_t lastStepElements(const ContractionSchedule& s) {
  int64_t step = 2 * s.squarePairs, rest = s.reductions.back().extent % step;
  return rest == 0 ? step : rest;
}

bool shapeSquares(ContractionSchedule& s, const ContractionForm& form) {
  s.squareRows = std::min(leastRows(s), mostSquareRows);
  s.squarePairs = pairsOfStep(s.reductions.back().extent);
  const int64_t big = s.cutExtent * s.wholeRows, small = leastRows(s);
  auto bothEven = [&](int64_t stride) { return areEven(s, form, big, stride) && areEven(s, form, small, stride); };
  if (s.reductions.back().a == 1) s.square = bothEven(0) ? Square::loaded : Square::copied;
  else s.square = Square::transposed;
  return s.square != Square::transposed || bothEven(1);
}

double squareCycles(const ContractionSchedule& s, int64_t rows, int64_t columnSteps) {
  constexpr double start = 16, latency = 52, load = 8, store = 16, transpose = 96;
  const double registers = ceilDivide(rows, s.squareRows), across = columnSteps;
  const double lines = extentProduct(llvm::ArrayRef(s.reductions).drop_back());
  const double steps = lines * ceilDivide(s.reductions.back().extent, 2 * s.squarePairs);
  double copies = s.square == Square::loaded ? 0 : steps;
  if (s.square == Square::loaded && lastStepElements(s) != 2 * s.squarePairs) copies = lines;
  const double copy = registers * (s.square == Square::transposed ? transpose : store);
  return steps * std::max({start * registers * across, load * (registers + across), latency}) + copies * copy +
         store * registers * across + 1.5 * rows * across + latency + 20;
}

}  // namespace stator::kernels
