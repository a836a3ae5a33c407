// How a contraction is cut: tiles by a small cost model in cycles, blocks by the cache sizes that every target has.
#include "compiler/kernels/contraction_schedule.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "compiler/kernels/contraction_model.h"
#include "compiler/kernels/contraction_reads.h"
#include "compiler/kernels/contraction_squares.h"
#include "runtime/error.h"

namespace stator::kernels {
namespace {

constexpr int64_t leastReduction = 128;  ///< steps that stay together where a reduction is cut
constexpr int64_t multipliesPerChunk = 64 << 10, squareMultipliesPerChunk = 8 * multipliesPerChunk;
constexpr int64_t maxChunks = 64;

/// Whether all panels of B are to meet a part of A while it is near: where A is far and lies transposed, and B is
/// narrow enough for the second cache.
bool sharesRows(const ContractionSchedule& s, const ContractionForm& form) {
  int64_t narrowest = leastReduction * form.columns.extent * form.elementBits() / 8;
  return s.kernel == ContractionSchedule::Kernel::broadcast && s.panels > 1 && waitCycles(form, 1) > 1 &&
         narrowest <= secondCacheBytes;
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

/// How far the reductions inside a tile reach in A, in bytes.
int64_t reachBytes(const ContractionSchedule& s, const ContractionForm& form) {
  int64_t elements = 1;
  for (const Dim& dim : llvm::ArrayRef(s.reductions).drop_front(s.hoisted))
    elements += (dim.extent - 1) * std::abs(dim.a);
  return elements * form.factorBits() / 8;
}

/// Hoists reductions that take every tile through all of A, as images in a convolution's weight gradient, whose windows
/// all read the same: until A stays in the second cache, or partial sums would be moved too often.
void hoistImages(ContractionSchedule& s, const ContractionForm& form) {
  if (s.kernel == ContractionSchedule::Kernel::dot) return;
  while (s.hoisted + 1 < static_cast<int>(s.reductions.size()) && reachBytes(s, form) > secondCacheBytes &&
         s.packedReductions() / s.reductions[s.hoisted].extent >= leastReduction)
    ++s.hoisted;
}

/// Hoists reductions until what many tiles share stays in a cache: a panel of B for all row tiles, all panels where A
/// is far, or in a dot the rows of A for all columns.
void hoistReductions(ContractionSchedule& s, const ContractionForm& form) {
  bool dot = s.kernel == ContractionSchedule::Kernel::dot;
  int64_t rowTiles = s.rowTiles * extentProduct(llvm::ArrayRef(form.rows).take_front(s.cutRow));
  if ((dot ? s.panels : rowTiles) == 1) return;
  hoistImages(s, form);
  int64_t columns = sharesRows(s, form) ? form.columns.extent : s.panelColumns;
  int64_t stepBytes = dot ? s.cutExtent * s.wholeRows * form.factorBits() / 8 : columns * form.elementBits() / 8;
  int64_t most = dot ? firstCacheBytes : secondCacheBytes;
  while (s.packedReductions() * stepBytes > most) {
    if (s.hoisted + 1 == static_cast<int>(s.reductions.size())) return cutReduction(s, stepBytes, most);
    if (s.packedReductions() / s.reductions[s.hoisted].extent < 64) return;
    ++s.hoisted;
  }
}

/// Whether rows of B lie so that they push each other out of the cache, and are read often enough to pay for a copy.
bool packingPays(const ContractionSchedule& s, const ContractionForm& form) {
  int64_t bytes = form.factorBits() / 8, rowBytes = std::abs(s.reductions.back().b) * bytes;
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

/// Rows in a row block at least, where it packs a panel. By a transposed copy an element costs as much as some twenty
/// rows do, by vectors as much as five, and from behind the second cache five times that, which is taken into account
/// as long as some chunks remain.
int64_t rowsPerPackedBlock(const ContractionSchedule& s, const ContractionForm& form) {
  constexpr int64_t fewChunks = 16;
  if (form.columns.b != 1) return 192;
  if (span(form, &Dim::b) * form.factorBits() / 8 <= secondCacheBytes) return 64;
  int64_t rows = s.tilesPerUnit * s.cutExtent * s.wholeRows, blocks = ceilDivide(fewChunks, s.units);
  return std::clamp<int64_t>(rows / blocks, 64, 320);
}

/// Tiles in a row block at least, so that what they share is a small part of their time.
int64_t tilesPerRowBlock(const ContractionSchedule& s, const ContractionForm& form) {
  int64_t tileRows = s.cutExtent * s.wholeRows;
  if (s.packB) return ceilDivide(rowsPerPackedBlock(s, form), tileRows);
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
  int64_t perChunk = s.kernel == ContractionSchedule::Kernel::amx ? squareMultipliesPerChunk : multipliesPerChunk;
  int64_t wanted = std::clamp<int64_t>(multiplyCount(form) / perChunk, 1, maxChunks);
  s.rowBlocks = std::max<int64_t>(1, s.tilesPerUnit / tilesPerRowBlock(s, form));
  if (s.packB || s.hoisted) s.rowBlocks = std::min(s.rowBlocks, ceilDivide(wanted, s.units));
  s.chunks = std::min(wanted, s.units * s.rowBlocks);
}

/// An unrolling that leaves no remainder where there is one, with a loop body of about a hundred instructions, and with
/// registers for all that it holds.
int chooseUnroll(const ContractionSchedule& s, const ContractionForm& form, const cpu::Target& target) {
  if (s.kernel == ContractionSchedule::Kernel::dot) return 2;
  Dim last = s.tileReductions().back();
  int64_t most = std::clamp<int64_t>(112 / s.accumulators, 2, 8);
  auto fits = [&](int64_t unroll) { return s.pairs || sharedFits(s, form, target, stepOffsets(Dim{unroll, last.a})); };
  for (int64_t unroll = most; unroll >= 2; --unroll)
    if (last.extent % unroll == 0 && fits(unroll)) return static_cast<int>(unroll);
  for (int64_t unroll = std::min<int64_t>(most, 4); unroll >= 2; --unroll)
    if (fits(unroll)) return static_cast<int>(unroll);
  return 1;
}

/// Steps of the longest straight code: that of longer code's loads LLVM's scheduler would move so far ahead that they
/// spill.
int64_t chooseStraight(const ContractionSchedule& s, const ContractionForm& form, const cpu::Target& target) {
  constexpr int64_t mostMultiplies = 160;
  auto dims = s.tileReductions();
  int64_t longest = 1;
  for (size_t count = 1; count <= dims.size(); ++count) {
    auto inner = llvm::ArrayRef<Dim>(dims).take_back(count);
    int64_t steps = extentProduct(inner);
    if (steps > mostStraightSteps || steps * s.accumulators > mostMultiplies) break;
    if (s.kernel == ContractionSchedule::Kernel::dot || sharedFits(s, form, target, stepOffsets(inner)))
      longest = steps;
  }
  return longest;
}

constexpr double farCycles = 1000;  ///< that a line takes from memory, with as many on their way as there can be

double cyclesPerStep(const ContractionSchedule& s) { return std::max(static_cast<double>(s.accumulators) / 2.0, 4.5); }

/// Asks for lines of B ahead where B is far and read only once, as in the weight gradient of few channels. What is not
/// small may be far as well: a block of rows of a larger tensor.
void lookAheadInB(ContractionSchedule& s, const ContractionForm& form) {
  int64_t bytes = span(form, &Dim::b) * form.elementBits() / 8;
  int64_t rowTiles = s.rowTiles * extentProduct(llvm::ArrayRef(form.rows).take_front(s.cutRow));
  if (s.kernel == ContractionSchedule::Kernel::dot || s.packB || bytes <= secondCacheBytes / 4 || rowTiles > 1) return;
  s.stepsAhead = static_cast<int64_t>(farCycles / cyclesPerStep(s));
}

/// Asks for lines of A ahead where A is far and tiles are short, as of images with few channels: a tile's rows lie in
/// several places, each of which is left before the hardware sees a pattern.
void lookAhead(ContractionSchedule& s, const ContractionForm& form) {
  constexpr size_t mostLines = 192;
  int64_t bytes = span(form, &Dim::a) * form.elementBits() / 8;
  if (s.kernel != ContractionSchedule::Kernel::broadcast || s.hoisted || bytes <= secondCacheBytes) return;
  double cycles = static_cast<double>(s.packedReductions()) * cyclesPerStep(s);
  if (cycles > 5 * farCycles) return;
  s.linesAhead = tileLines(s, form, mostLines);
  s.tilesAhead = std::clamp<int64_t>(static_cast<int64_t>(std::ceil(farCycles / cycles)), 1, 8);
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
  if (pairs) dims.back() = {ceilDivide(dims.back().extent, 2), 2 * dims.back().a, 0, 0};
  if (kernel == Kernel::amx) dims.back().extent = ceilDivide(dims.back().extent, squarePairs) * squarePairs;
  int64_t stride = panelColumns;
  for (size_t i = dims.size(); i-- > 0;) {
    dims[i].b = stride;
    stride *= dims[i].extent;
  }
  return dims;
}

int64_t ContractionSchedule::panelElements() const {
  return packB ? extentProduct(packedReductionDims()) * panelColumns : 0;
}

llvm::SmallVector<Dim, 4> ContractionSchedule::tileReductions() const {
  if (kernel == Kernel::amx) {
    auto dims = packedReductionDims();
    Dim& last = dims.back();
    last = {last.extent / squarePairs, last.a * squarePairs, last.b * squarePairs, 0};
    return dims;
  }
  if (packB) return mergeDims(packedReductionDims());
  auto inside = llvm::ArrayRef<Dim>(reductions).drop_front(hoisted);
  return llvm::SmallVector<Dim, 4>(inside);
}

static ContractionSchedule begin(const ContractionForm& form, const cpu::Target& target) {
  if (form.rows.empty() || form.reductions.empty()) throw InternalError("contraction: no rows or no reductions");
  if (form.element != DType::f32 && form.element != DType::f64)
    throw InternalError("contraction: element is " + std::string(name_of(form.element)) + ", not f32 or f64");
  if (form.bfloat16 && form.element != DType::f32)
    throw InternalError("contraction: factors of bf16 are summed up in f32, not " + std::string(name_of(form.element)));
  ContractionSchedule start;
  start.lanes = target.lanes(form.elementBits());
  start.reductions = mergeDims(form.reductions);
  start.pairs = form.bfloat16 && target.multipliesPairs && start.reductions.back().extent > 1;
  for (size_t i = 0; i < form.outer.size(); ++i)
    (form.outer[i].b ? start.unitLoops : start.tileLoops).push_back(static_cast<int>(i));
  return start;
}

/// Cuts and parts of a schedule whose tile is chosen.
static ContractionSchedule complete(ContractionSchedule s, const ContractionForm& form, const cpu::Target& target) {
  hoistReductions(s, form);
  if (s.kernel == ContractionSchedule::Kernel::amx) shapeSquares(s, form);
  s.packB = s.kernel != ContractionSchedule::Kernel::dot && (s.pairs || isTransposed(form) || packingPays(s, form));
  s.unroll = chooseUnroll(s, form, target);
  s.straightSteps = chooseStraight(s, form, target);
  if (target.shortcuts) lookAhead(s, form), lookAheadInB(s, form);
  partition(s, form);
  return s;
}

ContractionSchedule modelledSchedule(const ContractionForm& form, const cpu::Target& target) {
  return complete(cheapestTile(form, begin(form, target), target), form, target);
}

std::optional<ContractionSchedule> amxSchedule(const ContractionForm& form, const cpu::Target& target) {
  auto squares = cheapestSquares(form, begin(form, target), target);
  if (!squares) return {};
  return complete(std::move(*squares), form, target);
}

ContractionSchedule scheduleAs(const ContractionForm& form, const cpu::Target& target, const ScheduleChoice& choice) {
  ContractionSchedule s = begin(form, target);
  if (choice.dot && canDot(s, form)) s.kernel = ContractionSchedule::Kernel::dot;
  cutRows(s, form.rows, choice.rows);
  cutColumns(s, form, choice.columnSteps);
  if (choice.rows < 1 || choice.unroll < 1 || s.accumulators < 1 || s.accumulators >= target.registers)
    throw InternalError("contraction: a tile of " + std::to_string(s.accumulators) + " accumulators, of " +
                        std::to_string(target.registers) + " registers");
  hoistReductions(s, form);
  s.packB = s.kernel == ContractionSchedule::Kernel::broadcast && (s.pairs || isTransposed(form) || choice.packB);
  s.unroll = choice.unroll;
  s.straightSteps = chooseStraight(s, form, target);
  lookAhead(s, form);
  lookAheadInB(s, form);
  partition(s, form);
  return s;
}

ScheduleChoice choiceOf(const ContractionSchedule& s) {
  return {s.kernel == ContractionSchedule::Kernel::dot, static_cast<int>(s.cutExtent * s.wholeRows),
          static_cast<int>(s.panelColumns / stepOf(s)), s.packB, s.unroll};
}

ContractionSchedule scheduleContraction(const ContractionForm& form, const cpu::Target& target) {
  const ScheduleChoice* tuned = target.shortcuts ? tunedChoice(form, target.name) : nullptr;
  if (tuned) return scheduleAs(form, target, *tuned);
  return modelledSchedule(form, target);
}

}  // namespace stator::kernels
