// How long values between kernels live, told from groups before they are kernels.
#pragma once

#include "compiler/fuse/held_values.h"

namespace stator::fuse {

/// The kernels of a block in their order, and the bytes that wait in memory between them. A kernel's turn is its
/// moment.
class Lifetimes {
 public:
  Lifetimes(mlir::Block& block, const Grouping& grouping);

  /// The groups in the order of their kernels.
  llvm::ArrayRef<int> order() const { return order_; }

  /// What the arena holds at the moment when it holds most.
  int64_t mostBytes() const { return bytes_[mostMoment_]; }
  int64_t mostMoment() const { return mostMoment_; }
  /// What it holds at each moment.
  const std::vector<int64_t>& bytes() const { return bytes_; }

  /// What kernels make for others, and the first and the last moment of each in memory.
  const std::vector<HeldValue>& values() const { return values_; }
  Life lifeOf(const HeldValue& value) const { return fuse::lifeOf(value, moments_); }

  /// The ops whose results lie in the arena at that moment and were made before.
  llvm::ArrayRef<mlir::Operation*> waiting() const { return waiting_; }

  /// The ops of kernels that read `value`, behind all views.
  llvm::SmallVector<mlir::Operation*> readersOf(mlir::Value value) const;

  /// The moment of the kernel that `op` is in; -1: it is in none.
  int64_t momentOf(mlir::Operation* op) const;

  /// The last moment when `value`, which a kernel makes, is needed; the greatest number for what the block returns.
  int64_t lastMoment(mlir::Value value) const;

 private:
  const Grouping& grouping_;
  std::vector<HeldValue> values_;
  llvm::SmallVector<int> order_, moments_;  ///< the latter by group
  std::vector<int64_t> bytes_;
  llvm::DenseMap<mlir::Value, int64_t> lasts_;
  int64_t mostMoment_ = 0;
  llvm::SmallVector<mlir::Operation*> waiting_;
};

}  // namespace stator::fuse
