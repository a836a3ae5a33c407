// Rows that come from a table, behind ops that only put rows in another order.
#pragma once

#include "compiler/ir/ops.h"

namespace stator::reassociate {

/// A reshape or a permutation that leaves the last axis what it was: rows stay rows.
bool movesRows(mlir::Operation* op);

/// Ops that only move rows, from the last to the first, and the value that they move.
struct RowMoves {
  llvm::SmallVector<mlir::Operation*> ops;
  mlir::Value source;
};

/// The moves behind `x`: none where it is not moved.
RowMoves rowMovesOf(mlir::Value x);

/// The same moves of other rows: `x` is [..., width], like the source but for the width.
mlir::Value moved(mlir::OpBuilder& builder, const RowMoves& moves, mlir::Value x);
/// The moves undone: `x` is like what the moves gave, but for the width.
mlir::Value movedBack(mlir::OpBuilder& builder, const RowMoves& moves, mlir::Value x);

/// Rows of a table [rows, width], in some order.
struct Lookup {
  RowMoves moves;
  ir::GatherOp gather;

  int64_t tableRows() { return gather.getX().getType().getDimSize(0); }
  /// The same look-up in another table of as many rows.
  mlir::Value in(mlir::OpBuilder& builder, mlir::Value table);
};

/// The look-up that gives `x`; none: `x` comes from elsewhere, or its table has more than two axes.
std::optional<Lookup> lookupOf(mlir::Value x);

}  // namespace stator::reassociate
