// The loops of a kernel: which neighbouring axes run as one, and how much work makes a chunk.
#pragma once

#include <map>

#include "compiler/cpu/target.h"
#include "compiler/ir/ops.h"

namespace stator::cpu {

/// One loop: so many elements, taken `tile` at a time.
struct IterationGroup {
  int64_t extent = 1;
  int64_t tile = 1;
  bool isReduced = false;
};
using IterationGroups = llvm::SmallVector<IterationGroup, 4>;

/// The groups of neighbouring axes of `shape` over which all of `roots` (as many elements each) are regular: an axis
/// that some op stretches, moves, cuts or counts along stands alone. Axes in `reduced` do not mix with others. At least
/// one group; none has extent 1 unless it is the only one.
IterationGroups iterationGroups(llvm::ArrayRef<mlir::Value> roots, llvm::ArrayRef<int64_t> shape,
                                llvm::ArrayRef<int64_t> reduced = {});

/// How many chunks a kernel is cut into: at most `units`, each at least some ten microseconds of work. The same on
/// every host and for any number of threads.
int64_t chunkCount(double nanoseconds, int64_t units);

/// A rough estimate of the region's time for each element of its loops.
double nanosecondsPerElement(ir::FusionOp fusion);

/// As many lanes as fill a register of f32, but no more than twice what `extent` needs.
int64_t lanesFor(int64_t extent, const Target& target);

}  // namespace stator::cpu
