// Score matrices that are only seen row by row: attention, forward and backward.
#pragma once

#include "compiler/fuse/op_roles.h"

namespace stator::fuse {

/// Of score matrices: `groups` of them (batches and heads), [queries, keys] each.
struct ScoreExtents {
  int64_t groups = 1, queries = 1, keys = 1;

  int64_t rows() const { return groups * queries; }
  int64_t elements() const { return rows() * keys; }
  bool operator==(const ScoreExtents&) const = default;
};

/// Products that make score matrices, elementwise ops and reductions along their rows, and products that read them. A
/// stage is what one kernel can do: later stages wait for what is computed elsewhere from what earlier ones give.
struct Attention {
  ScoreExtents extents;
  llvm::SmallVector<llvm::SmallVector<mlir::Operation*>> stages;  ///< ops in their order in the block
};

/// All of them in the block whose matrices have at least `leastScores` elements each, and are read by ops of theirs
/// alone. No two stages wait for each other.
llvm::SmallVector<Attention> findAttention(mlir::Block& block, int64_t leastScores);

/// Whether a value has the elements of the score matrices, row by row.
bool isMatrix(mlir::Value value, const ScoreExtents& extents);

/// The value behind views of it; marks of recomputation are no views here.
mlir::Value withoutViews(mlir::Value value);

/// Whether an op is a view that a kernel makes anew.
bool isRepeatableView(mlir::Operation* op);

}  // namespace stator::fuse
