// How a group of reductions over the same axes is run: its loops, its passes, its chunks.
#pragma once

#include "compiler/cpu/fusion/accumulate.h"
#include "compiler/cpu/fusion/iteration.h"

namespace stator::cpu {

/// Kept groups are the outer loops, divided among chunks; reduced groups are inside. Where the last group is reduced,
/// lanes run along it and fold at the end of each pass; where it is kept, they are neighbours that reduce side by side.
struct ReductionSchedule {
  IterationGroups groups;
  int64_t lanes = 1;
  bool lanesFold = true;
  llvm::SmallVector<llvm::SmallVector<mlir::Operation*>> passes;  ///< reductions, each after those that it depends on
  bool straight = false;  ///< a row is short: its vectors stay in registers from pass to pass
  /// For each pass, and for the one that stores whole rows: what it keeps of a longer row for later ones.
  llvm::SmallVector<llvm::SmallVector<Value>> kept;
  int64_t rowElements = 0;  ///< of what is kept: the row's, up to whole vectors
  size_t rowAxes = 0;       ///< groups that a row runs along, the last ones
  int64_t sets = 1;         ///< independent accumulators of each reduction
  int64_t vectors = 1;      ///< of kept lanes in a block; 1 where lanes fold
  int64_t blocks = 1;       ///< of kept lanes; 1 where lanes fold
  int64_t units = 1;        ///< kept iterations, times blocks
  int64_t chunks = 1;
  bool fma = false;

  int64_t keptElements() const;
  const IterationGroup& last() const { return groups.back(); }
};

/// Errors: InternalError where the reductions are not over the same axes of one shape.
ReductionSchedule scheduleReduction(ir::FusionOp fusion, const Target& target);

}  // namespace stator::cpu
