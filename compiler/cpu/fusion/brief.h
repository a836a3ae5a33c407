// Modules that someone waits for: their kernels have loops where others have long straight code.
#pragma once

#include "mlir/IR/BuiltinOps.h"

namespace stator::cpu {

/// On a module; a unit. Values do not depend on it: sums keep their order.
inline constexpr llvm::StringLiteral briefAttr = "stator.brief";

inline bool isBrief(mlir::Operation* op) {
  auto module = op->getParentOfType<mlir::ModuleOp>();
  return module && module->hasAttr(briefAttr);
}

}  // namespace stator::cpu
