// Convolutions as users write them, rewritten to the forms that have kernels.
#pragma once

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace stator::layout {

/// Rewrites every conv2d, conv2d_input_grad and conv2d_weight_grad of the function, for any stride, padding, dilation
/// and groups; channels first, for a stride of 1 and one group alone. Operands are permuted and padded before, results
/// permuted back after.
void orderImages(mlir::func::FuncOp function, bool channelsFirst);

}  // namespace stator::layout
