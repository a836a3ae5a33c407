// One backward walk over the ops of a block: from the cotangents of some values to those of others.
#pragma once

#include "compiler/differentiate/recompute.h"
#include "compiler/ir/ops.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"

namespace stator::ir {

/// A value that the walk starts from, and what makes its cotangent.
struct CotangentSource {
  mlir::Value value;
  std::function<mlir::Value()> cotangent;
};

class ReverseMode {
 public:
  /// Builds at the builder's place, behind all ops of the walk.
  explicit ReverseMode(mlir::OpBuilder& builder) : builder(builder), recomputation(builder) {}

  /// The cotangent of `value` will be asked for.
  void want(mlir::Value value) { onPath.insert(value); }

  /// Walks back through `ops`, given in their order. A scan among them may be replaced by one that gives more.
  /// Errors: an emitted diagnostic that names an op without derivative between a wanted value and a source.
  llvm::LogicalResult run(llvm::ArrayRef<mlir::Operation*> ops, llvm::ArrayRef<CotangentSource> sources);

  /// The cotangent of a wanted value; null: no source depends on it.
  mlir::Value of(mlir::Value value) const { return cotangents.lookup(value); }

 private:
  void findPath(llvm::ArrayRef<mlir::Operation*> ops, llvm::ArrayRef<CotangentSource> sources);
  llvm::LogicalResult propagate(mlir::Operation* op);
  llvm::LogicalResult propagateThroughScan(ScanOp scan);
  void add(mlir::Value value, mlir::Value contribution);
  void addAll(mlir::ValueRange operands, llvm::ArrayRef<mlir::Value> contributions);

  mlir::OpBuilder& builder;
  Recomputation recomputation;
  llvm::SmallVector<mlir::Operation*> path;
  llvm::DenseSet<mlir::Value> onPath;
  llvm::DenseMap<mlir::Value, mlir::Value> cotangents;
};

}  // namespace stator::ir
