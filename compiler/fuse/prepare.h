// Graph changes that make better kernels, just before ops are grouped.
#pragma once

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace stator::fuse {

/// Ops that are expressed in others become those.
void decomposeOps(mlir::func::FuncOp function);

/// What nothing reads goes: a kernel has results.
void dropDeadOps(mlir::func::FuncOp function);

/// Values without elements, and what is computed from none, become constants: a sum of nothing is 0.
void replaceEmptyValues(mlir::func::FuncOp function);

/// Reductions over axes of extent 1 alone become what they read, or the index 0.
void dropEmptyReductions(mlir::func::FuncOp function);

/// Contractions of other element types than f32 and f64, scattered sums of narrow floats, and pooling of whole numbers
/// are computed wider: narrow floats as f32, whole numbers as f64.
void widenOperands(mlir::func::FuncOp function);

/// Long reductions to few elements become two, the first of which can be divided among threads. How they are split
/// follows from their shapes alone.
void splitLongReductions(mlir::func::FuncOp function);

/// permute(a x b) over the last two axes becomes permute(b) x permute(a): operands are read through strides for free.
void transposeMatmuls(mlir::func::FuncOp function);

}  // namespace stator::fuse
