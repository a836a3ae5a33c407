// Room for what a kernel needs while it runs: the arena's bytes that hold no value then.
#pragma once

#include "compiler/memory/buffer.h"

namespace stator::cpu {

/// Knows which bytes of a function's arena hold values, kernel by kernel.
class ScratchPlan {
 public:
  /// `function` is planned: its fusions have buffers.
  explicit ScratchPlan(mlir::func::FuncOp function);

  /// Where `bytes` bytes are free while `kernel` runs, as low as can be and a multiple of 64; perhaps behind the plan's
  /// arena. Kernels in loops get room behind it: their values live from round to round.
  int64_t placeFor(ir::FusionOp kernel, int64_t bytes) const;

 private:
  /// Bytes `begin` to `end` hold a value from moment `first` to `last`, both included.
  struct Occupied {
    int64_t begin, end;
    int first, last;
  };

  void add(mlir::Value value, const memory::Buffer& buffer);

  int64_t arenaBytes_;
  mlir::Block& body_;
  llvm::DenseMap<mlir::Operation*, int> moments_;
  llvm::DenseSet<mlir::Value> known_;
  std::vector<Occupied> occupied_;  // by where they begin
};

}  // namespace stator::cpu
