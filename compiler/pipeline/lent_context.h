// MLIR contexts that serve one compilation after the other: loading the dialects and collecting the patterns of their
// lowering takes longer than a small kernel's phases.
#pragma once

#include <memory>

#include "compiler/cpu/lower_to_llvm.h"
#include "mlir/IR/MLIRContext.h"

namespace stator {

/// A context with all dialects of the pipeline, for one compilation on one thread.
class LentContext {
 public:
  /// `keeps`: it is there for the next compilation. What it has uniqued stays with it, so it serves so many small ones,
  /// then goes.
  explicit LentContext(bool keeps);
  ~LentContext();
  LentContext(const LentContext&) = delete;
  LentContext& operator=(const LentContext&) = delete;

  mlir::MLIRContext& get() const;
  const cpu::LlvmLowering& lowering() const;

  struct Kept;

 private:
  std::unique_ptr<Kept> kept_;
  bool keeps_;
};

}  // namespace stator
