// Building scans, and the types that belong to one.
#pragma once

#include "compiler/interface/ops/scan.h"
#include "compiler/ir/ops.h"

namespace stator::ir {

/// What one step sees of a sequence [steps, ...].
mlir::Type elementOf(mlir::Type sequence);
/// All steps' values of a step's result, for as many steps as `sequence` has.
mlir::Type stackOf(mlir::Type result, mlir::Type sequence);

/// `value` as ops in `block` see it: itself, or an argument of each scan in between, made where there is none.
mlir::Value captureInto(mlir::Block* block, mlir::Value value);

/// What a value inside scans stands for where it is an invariant's argument: the value outside.
mlir::Value withoutCaptures(mlir::Value value);

/// The value that reshapes are views of.
mlir::Value withoutReshapes(mlir::Value value);

struct ScanOperands {
  llvm::SmallVector<mlir::Value> initial, sequences, invariants;
};

/// A scan whose region is `step`, which it takes: a block with an argument for each operand, and a terminator that
/// yields new states, then results to be stacked.
ScanOp buildScan(mlir::OpBuilder& builder, mlir::Location location, const ScanOperands& operands, bool reverse,
                 mlir::Block* step);

}  // namespace stator::ir
