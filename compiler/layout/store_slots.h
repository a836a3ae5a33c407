// Parameters in the order of axes that the state block keeps them in.
#pragma once

#include "mlir/IR/BuiltinOps.h"

namespace stator::layout {

/// Slots come in, and their new values go out, as `storage_axes` of runtime/state_layout.h says; permutes lead to and
/// from the order that the functions were written with. Before the pass layout, which moves these permutes.
void storeSlots(mlir::ModuleOp module);

}  // namespace stator::layout
