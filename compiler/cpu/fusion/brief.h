// Modules that someone waits for: their kernels have loops where others have long straight code.
#pragma once

#include "compiler/kernels/contraction_schedule.h"
#include "mlir/IR/BuiltinOps.h"

namespace stator::cpu {

/// On a module; a unit. Values do not depend on it: sums keep their order.
inline constexpr llvm::StringLiteral briefAttr = "stator.brief";

inline bool isBrief(mlir::Operation* op) {
  auto module = op->getParentOfType<mlir::ModuleOp>();
  return module && module->hasAttr(briefAttr);
}

/// How a kernel of `op`'s module computes a contraction: as `kernels::scheduleContraction` has it, and in a brief
/// module with less straight code: tiles of one size, fewer steps side by side, and no asking ahead for each line of a
/// tile.
kernels::ContractionSchedule scheduleFor(mlir::Operation* op, const kernels::ContractionForm& form,
                                         const Target& target);

}  // namespace stator::cpu
