// Blocks that a gradient computes again: copies of their ops where the backward walk first comes to them.
#pragma once

#include <map>

#include "compiler/ir/ops.h"
#include "mlir/IR/IRMapping.h"

namespace stator::ir {

/// For the ops of checkpointed blocks, what a derivative reads instead of them.
class Recomputation {
 public:
  /// Copies go to the builder's place.
  explicit Recomputation(mlir::OpBuilder& builder) : builder_(builder) {}

  /// Takes note of the blocks among `ops`. One with a loop in it is not computed again: a loop's derivative says itself
  /// what it keeps.
  void find(llvm::ArrayRef<mlir::Operation*> ops);

  /// The op whose operands and result the derivative of `op` is to read: its copy, or itself outside of such blocks.
  /// The first call for a block copies all of it.
  mlir::Operation* of(mlir::Operation* op);

 private:
  void copy(mlir::Operation* op, mlir::IRMapping& copies, int64_t block);
  mlir::Value again(mlir::Value value, int64_t block);

  mlir::OpBuilder& builder_;
  llvm::DenseMap<int64_t, llvm::SmallVector<mlir::Operation*>> blocks_;
  std::map<int64_t, mlir::IRMapping> copies_;
};

}  // namespace stator::ir
