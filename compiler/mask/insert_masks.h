// Masking one function.
#pragma once

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace stator::mask {

/// Puts masks before every reduction and contraction over a symbolic axis that needs one, and replaces `count`.
/// Errors: emits a diagnostic and fails where it is not known which positions of such an axis are valid.
mlir::LogicalResult insertMasks(mlir::func::FuncOp function);

}  // namespace stator::mask
