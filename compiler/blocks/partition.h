// Which ops of a function a loop over blocks of rows takes in, and what it would gain.
#pragma once

#include "compiler/blocks/rows.h"
#include "llvm/ADT/SetVector.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace stator::blocks {

struct Partition {
  int64_t batch = 0;
  llvm::SetVector<mlir::Operation*> inside;  ///< in their order
  llvm::SetVector<mlir::Operation*> behind;  ///< what reads results of the loop, in its order
  Parts parts;                               ///< of the inputs and of all results of ops inside
  llvm::SetVector<mlir::Value> leaving;      ///< results of ops inside that others need: totals, and rows along axis 0

  bool isInside(mlir::Operation* op) const { return inside.contains(op); }
};

/// The greatest loop over the rows of the function's inputs: their first axis, if it is as long as the first input's.
Partition partitionOf(mlir::func::FuncOp function);

/// What a loop over blocks moves, in bytes.
struct Traffic {
  int64_t live = 0;       ///< of rows, that wait in memory at the widest point of ops inside, all rows at once
  int64_t eachBlock = 0;  ///< of weights that are read, and of totals that are read and written, once a block
};
Traffic trafficOf(const Partition& partition);

/// The number of equal blocks, which divides the batch, so that what waits in one is at most `nearBytes`, but no more
/// than that additional traffic stays below what is spared. 1: a loop gains nothing.
int64_t blocksFor(const Traffic& traffic, int64_t batch, int64_t leastBytes, int64_t nearBytes);

}  // namespace stator::blocks
