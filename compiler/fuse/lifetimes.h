// How long values between kernels live, told from groups before they are kernels.
#pragma once

#include "compiler/fuse/group_ops.h"
#include "llvm/ADT/MapVector.h"

namespace stator::fuse {

/// The kernels of a block in their order, and the bytes that wait in memory between them. A kernel's turn is its
/// moment.
class Lifetimes {
 public:
  Lifetimes(mlir::Block& block, const Grouping& grouping);

  /// What the arena holds at the moment when it holds most.
  int64_t mostBytes() const { return mostBytes_; }
  int64_t mostMoment() const { return mostMoment_; }

  /// The ops whose results lie in the arena at that moment and were made before.
  llvm::ArrayRef<mlir::Operation*> waiting() const { return waiting_; }

  /// The ops of kernels that read `value`, behind all views.
  llvm::SmallVector<mlir::Operation*> readersOf(mlir::Value value) const;

  /// The moment of the kernel that `op` is in; -1: it is in none.
  int64_t momentOf(mlir::Operation* op) const;

  /// The last moment when `value`, which a kernel makes, is needed; the greatest number for what the block returns.
  int64_t lastMoment(mlir::Value value) const;

 private:
  struct Life {
    int64_t first, last;
  };

  void findLives();
  void findMost();

  const Grouping& grouping_;
  llvm::SmallVector<int64_t> moments_;             ///< by group
  llvm::MapVector<mlir::Operation*, Life> lives_;  ///< of what kernels make and others read
  int64_t mostBytes_ = 0, mostMoment_ = 0;
  llvm::SmallVector<mlir::Operation*> waiting_;
};

/// Bytes of a value in memory.
int64_t bytesOf(mlir::Value value);

}  // namespace stator::fuse
