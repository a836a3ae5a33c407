// What tiles cost: a small model in cycles, with the cache sizes that every target has. Internal to scheduling.
#pragma once

#include <optional>

#include "compiler/kernels/contraction_schedule.h"

namespace stator::kernels {

/// Cache sizes are those of no particular host, so that schedules depend on the target's name alone.
inline constexpr int64_t firstCacheBytes = 24 << 10;
inline constexpr int64_t secondCacheBytes = 384 << 10;

inline constexpr int64_t lineBytes = 64;

/// Columns that a step of a tile's columns stands for.
int64_t stepOf(const ContractionSchedule& schedule);

/// Cuts the rows into tiles of at most `most` rows, as equal as can be.
void cutRows(ContractionSchedule& schedule, llvm::ArrayRef<Dim> rows, int64_t most);

/// Cuts the columns into panels, once the rows are cut.
void cutColumns(ContractionSchedule& schedule, const ContractionForm& form, int64_t columnSteps);

/// Cycles that a step of a tile's reduction waits for A where A lies transposed: each step reads other lines, which no
/// prefetcher foresees, once for every panel. They come from the second cache, or from behind it.
double waitCycles(const ContractionForm& form, int64_t rows);

/// Whether columns lie apart in B, so that vectors of them must be packed.
bool isTransposed(const ContractionForm& form);

/// Whether the last reduction lies side by side in A and B, as a dot needs it.
bool canDot(const ContractionSchedule& schedule, const ContractionForm& form);

/// `start` by `amx` with the tile that costs least; nothing as of `amxSchedule`.
std::optional<ContractionSchedule> cheapestSquares(const ContractionForm& form, const ContractionSchedule& start,
                                                   const cpu::Target& target);

/// `start` with the tile that costs least: its kernel, rows and columns.
ContractionSchedule cheapestTile(const ContractionForm& form, const ContractionSchedule& start,
                                 const cpu::Target& target);

}  // namespace stator::kernels
