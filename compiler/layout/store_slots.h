// Parameters in the order of axes that the state block keeps them in.
#pragma once

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace stator::layout {

/// Slots come in, and their new values go out, as `storage_axes` of runtime/state_layout.h says; permutes lead to and
/// from the order that the functions were written with. Whatever moves permutes comes after it.
void storeSlots(mlir::func::FuncOp function);

}  // namespace stator::layout
