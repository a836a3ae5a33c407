// What passes over a row would compute twice: dear values, which the first of them keeps.
#pragma once

#include "compiler/cpu/fusion/kernel.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"

namespace stator::cpu {

/// Values of a region that passes over rows compute one after the other; those of `elements` elements are the rows'.
class RowPasses {
 public:
  /// `wanted`: what each pass computes.
  RowPasses(llvm::SmallVector<llvm::SmallVector<Value>> wanted, int64_t elements)
      : wanted_(std::move(wanted)), elements_(elements) {}

  /// `value` is kept by this pass, and read by later ones; -1: it is kept before the first.
  void keep(Value value, int pass) { kept_.try_emplace(value, pass); }

  /// Values of f32 that are dear to compute and wanted in two passes are kept by the first of them.
  void keepDear(mlir::Block& block);

  /// What a pass keeps.
  llvm::SmallVector<Value> keptBy(int pass) const;
  /// The kept values that a pass reads.
  llvm::SetVector<Value> readBy(int pass) const;
  const llvm::MapVector<Value, int>& kept() const { return kept_; }

 private:
  /// Calls `seen` for each value of rows that a pass computes, and `read` for each kept one that it stops at.
  void walk(int pass, llvm::function_ref<void(Value)> seen, llvm::function_ref<void(Value)> read) const;
  bool isOfRows(Value value) const;

  llvm::SmallVector<llvm::SmallVector<Value>> wanted_;
  int64_t elements_;
  llvm::MapVector<Value, int> kept_;
};

}  // namespace stator::cpu
