// Graph changes that make better kernels, just before ops are grouped.
#pragma once

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace stator::fuse {

/// Reductions over axes of extent 1 alone become what they read, or the index 0.
void dropEmptyReductions(mlir::func::FuncOp function);

/// Long reductions to few elements become two, the first of which can be divided among threads. How they are split
/// follows from their shapes alone.
void splitLongReductions(mlir::func::FuncOp function);

/// permute(a x b) over the last two axes becomes permute(b) x permute(a): operands are read through strides for free.
void transposeMatmuls(mlir::func::FuncOp function);

}  // namespace stator::fuse
