// What a tile reads of A: elements that several steps share, and lines that are asked for ahead. Internal to kernels.
#pragma once

#include "compiler/kernels/contraction_schedule.h"

namespace stator::kernels {

/// Where the steps of these loops lie in A, in order.
llvm::SmallVector<int64_t> stepOffsets(llvm::ArrayRef<Dim> dims);

/// Whether registers hold, beside a tile, what several of the steps at these offsets read of A, as where windows
/// overlap: LLVM keeps it from the first such step to the last.
bool sharedFits(const ContractionSchedule& schedule, const ContractionForm& form, const cpu::Target& target,
                llvm::ArrayRef<int64_t> offsets);

/// Elements of A, from a tile's first, one in each line of the cache that the tile reads; none for tiles of more than
/// `most` lines.
llvm::SmallVector<int64_t> tileLines(const ContractionSchedule& schedule, const ContractionForm& form, size_t most);

}  // namespace stator::kernels
