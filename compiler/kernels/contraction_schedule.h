// How a contraction is cut into register tiles, panels, blocks and chunks: data, chosen by a plain function.
#pragma once

#include <optional>

#include "compiler/cpu/target.h"
#include "compiler/kernels/contraction.h"
#include "compiler/kernels/tuned_schedules.h"

namespace stator::kernels {

/// Reductions inside a tile become straight code where they have at most this many steps.
inline constexpr int64_t mostStraightSteps = 16;

/// Loops, from the outside in: units (outer loops that move in B, groups of panels); row blocks of a unit; hoisted
/// reductions; tiles (outer loops that do not move in B, row loops, row tiles, panels of the group); reductions of a
/// tile. A chunk is a range of (unit, row block), never of a reduction: no result depends on how chunks are spread.
struct ContractionSchedule {
  /// `broadcast`: an element of A times vectors of columns. `dot`: vectors along the last reduction, summed at the end.
  /// `amx`: squares of A times squares of B, of bf16, in registers of 16 rows and 16 columns.
  enum class Kernel { broadcast, dot, amx };
  Kernel kernel = Kernel::broadcast;
  bool pairs = false;  ///< factors of bf16 are multiplied in pairs along the last reduction, not each made f32 first
  int lanes = 16;      ///< elements in a vector

  /// How a square of A comes to its register: as it lies; its rows, which lie anywhere, copied side by side first; or
  /// transposed, where rows lie side by side and reductions do not.
  enum class Square { loaded, copied, transposed };
  Square square = Square::loaded;
  int64_t squareRows = 0;   ///< rows of a square of A and of sums
  int64_t squarePairs = 0;  ///< pairs along the last reduction in squares of A and B

  int cutRow = 0;         ///< this row dim is cut into tiles, those after it lie wholly in one, those before are loops
  int64_t wholeRows = 1;  ///< rows per step of the cut dim
  int64_t rowTiles = 1;   ///< tiles along the cut dim
  int64_t bigRowTiles = 1;  ///< the first of them, with `cutExtent` steps; the others have one step fewer
  int64_t cutExtent = 1;

  int64_t panelColumns = 16;  ///< columns of a full panel; the last one may be narrower
  int64_t panels = 1;
  int64_t panelsPerGroup = 1;  ///< divides `panels`

  llvm::SmallVector<Dim, 4> reductions;  ///< the form's, merged, and cut where a panel of B outgrows the cache
  int hoisted = 0;            ///< the first of them stand outside the tiles; partial sums wait in the scratch
  int unroll = 4;             ///< steps of the last reduction per iteration
  int64_t straightSteps = 1;  ///< reductions inside a tile become straight code where they have at most so many steps
  bool packB = false;         ///< each panel of B is copied to the scratch before its tiles

  /// One element of A in each line of the cache that a tile reads, from its first; they are asked for `tilesAhead`
  /// tiles before. Empty: the hardware foresees them.
  llvm::SmallVector<int64_t> linesAhead;
  int64_t tilesAhead = 0;
  int64_t stepsAhead = 0;  ///< the same of lines of B, by steps of the last reduction; 0: not at all

  llvm::SmallVector<int, 4> unitLoops;  ///< outer loops that move in B
  llvm::SmallVector<int, 4> tileLoops;  ///< outer loops that do not
  int64_t units = 1;
  int64_t tilesPerUnit = 1;
  int64_t rowBlocks = 1;  ///< parts of a unit's tiles
  int64_t chunks = 1;

  int64_t accumulators = 1;  ///< vectors of a full tile

  int64_t packedReductions() const;  ///< steps of the reductions inside a tile
  /// The reductions inside a tile, one by one, with strides of B as they are in a packed panel: [reductions,
  /// panelColumns]. With `pairs` the last one goes by pairs, each as long as an f32: the last of an odd extent is half
  /// a pair, and for `amx` pairs of zeros fill the last square.
  llvm::SmallVector<Dim, 4> packedReductionDims() const;
  /// Whether the last reduction ends in half a pair.
  bool endsInHalf() const { return pairs && reductions.back().extent % 2 != 0; }
  /// The loops over the reductions inside a tile, with strides of B as the tile reads it: packed or not. For `amx` the
  /// last one goes by squares.
  llvm::SmallVector<Dim, 4> tileReductions() const;
  int64_t panelElements() const;
  int64_t tilesPerBlock() const;
  int64_t partialElements() const { return hoisted ? tilesPerBlock() * accumulators * lanes : 0; }
  int64_t amxElements() const;  ///< of the configuration, two squares of A, and sums that are not partial ones
  int64_t chunkScratchElements() const { return partialElements() + panelElements() + amxElements(); }
  /// Elements of the scratch buffer, of which each chunk has its own part.
  int64_t scratchElements() const { return chunks * chunkScratchElements(); }
};

/// Where the elements of a tile's row `row` lie in A, from the tile's first row.
int64_t rowOffset(const ContractionSchedule& schedule, const ContractionForm& form, int64_t row);

/// As the table of tuned schedules has it, for targets with shortcuts, else as the cost model does.
/// Errors: InternalError for a form without rows or reductions or of an element other than f32 and f64.
ContractionSchedule scheduleContraction(const ContractionForm& form, const cpu::Target& target);

/// As the cost model has it, whatever the table says.
ContractionSchedule modelledSchedule(const ContractionForm& form, const cpu::Target& target);

/// The cheapest of those by `amx`, whatever others cost; nothing for a target without
/// AMX, factors that are not of bf16, or a last reduction of one step.
std::optional<ContractionSchedule> amxSchedule(const ContractionForm& form, const cpu::Target& target);

/// The schedule of this choice, never `amx`; packing is left out or done all the same where the rules demand it.
/// Errors: InternalError where the tile has no rows, or takes more registers than there are.
ContractionSchedule scheduleAs(const ContractionForm& form, const cpu::Target& target, const ScheduleChoice& choice);

/// The choice that leads to this schedule.
ScheduleChoice choiceOf(const ContractionSchedule& schedule);

}  // namespace stator::kernels
