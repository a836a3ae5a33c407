// A forward analysis: along which axes a value is known to be zero (or false) wherever a position is not valid.
#pragma once

#include "compiler/ir/ops.h"
#include "compiler/mask/axis_factors.h"
#include "llvm/ADT/DenseMap.h"
#include "mlir/IR/Operation.h"

namespace stator::mask {

struct ValueFacts {
  bool zero = false;                         // every element is 0
  llvm::SmallVector<AxisFactors> axes;       // for each axis
  llvm::SmallVector<bool> zeroWhereInvalid;  // for each axis; not defined for one without symbols

  bool operator==(const ValueFacts&) const = default;
};

/// The argument of a function that holds the number of valid positions of `symbol`: `valid.batch`.
llvm::SmallString<16> validName(Symbol symbol);

/// What is known of every value of a function, op by op in order. Zeros rest on one promise: rows past the valid ones
/// hold copies of valid rows, so they are finite where those are, and zero times them is zero.
class RowFacts {
 public:
  RowFacts(mlir::Block& block, const Bindings& bindings);

  /// Visit ops in their order in the block. An argument may have been added to it since.
  void visit(mlir::Operation* op);
  /// What is known within the step holds at every step. Visit its ops again where they have been changed.
  void visitScan(ir::ScanOp scan);

  const ValueFacts& of(mlir::Value value) const { return facts_.find(value)->second; }
  bool zeroWhereInvalid(mlir::Value value, int axis) const {
    return of(value).zero || of(value).zeroWhereInvalid[axis];
  }

 private:
  void visitStep(ir::ScanOp scan, llvm::ArrayRef<ValueFacts> states);
  ValueFacts sourceFacts(mlir::Value value) const;
  ValueFacts reshapedFacts(mlir::Operation* op) const;
  void inferAxis(mlir::Operation* op, int axis, ValueFacts& facts) const;
  bool zeroOnAxis(mlir::Operation* op, int axis) const;
  bool isZero(mlir::Operation* op) const;

  const Bindings& bindings_;
  llvm::DenseMap<mlir::Value, ValueFacts> facts_;
};

}  // namespace stator::mask
