// Places in the arena for the values of one block: a function's body, or the step of a loop.
#pragma once

#include <memory>

#include "compiler/memory/arena_plan.h"
#include "compiler/memory/buffer.h"
#include "llvm/ADT/DenseSet.h"

namespace stator::memory {

using Buffers = llvm::DenseMap<mlir::Value, Buffer>;

/// A block is planned from the inside out: a loop's step first, as one piece of memory that lives while the loop runs.
/// Offsets become known from the outside in.
class BlockPlan {
 public:
  /// The values in `placed` have places of their own. Kernels and loops are in order, each of them one moment.
  /// `reuses`: whether values that do not live together may share bytes.
  BlockPlan(mlir::Block& block, llvm::DenseSet<mlir::Value> placed, bool reuses = true);

  int64_t sizeBytes() const { return arena_.total_bytes; }
  /// The bytes that no plan for these values in this order can go below.
  int64_t liveBytes() const { return widest().size_bytes; }
  /// The kernel during which so much is alive, in a loop where that is widest; null in a block without kernels.
  ir::FusionOp widestKernel() const;

  /// Adds the buffers of the block's values and of those in its loops, where the block's memory begins at `offset`.
  /// `buffers` has those of the block's arguments and of what is placed elsewhere.
  void assign(int64_t offset, Buffers& buffers) const;

 private:
  /// A value within another's memory: a loop's state has one place before, during and after the loop.
  struct Part {
    mlir::Value whole;
    int64_t offset_bytes = 0;
  };
  /// A loop of the block: its step's plan, and which of the block's pieces of memory holds it.
  struct Loop {
    ir::ScanOp scan;
    std::unique_ptr<BlockPlan> step;
    size_t memory;
  };

  WidestPoint widest() const;
  Part partOf(mlir::Value value) const;
  void use(mlir::Value value, int moment);
  void addFusion(ir::FusionOp fusion, int moment);
  mlir::Value overwritable(ir::FusionOp fusion, mlir::Value result, const llvm::DenseSet<mlir::Value>& taken) const;
  void addScan(ir::ScanOp scan, int moment);
  void addState(ir::ScanOp scan, unsigned state, int moment);
  static void assignLoop(const Loop& loop, int64_t offset, Buffers& buffers);

  /// The lifetimes that the plan goes by.
  std::vector<Lifetime> planned() const;

  bool reuses_;
  llvm::DenseSet<mlir::Value> placed_;
  llvm::DenseMap<mlir::Value, size_t> memoryOf_;  // which lifetime is a whole value's
  llvm::DenseMap<mlir::Value, Part> parts_;       // values that are no wholes
  std::vector<Lifetime> lifetimes_;
  std::vector<Loop> loops_;
  std::vector<mlir::Operation*> moments_;  // the kernel or the loop of each
  ArenaPlan arena_;
};

}  // namespace stator::memory
