// Whether a function's images lie channels-last or channels-first.
#pragma once

#include "compiler/layout/layout.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace stator::layout {

/// Whether the function's convolutions are to work on [N, C, H, W]: vectors then go along the width instead of the
/// channels. One order for all, since images that change it in between are moved element by element. Only convolutions
/// of stride 1 and one group have that form; where there are others, all are channels-last.
bool prefersChannelsFirst(mlir::func::FuncOp function, ImageOrder order);

}  // namespace stator::layout
