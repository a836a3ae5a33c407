// Graph changes that make better kernels, just before ops are grouped.
#pragma once

#include "mlir/IR/Block.h"

namespace stator::fuse {

/// Ops that are expressed in others become those.
void decomposeOps(mlir::Block& block);

/// What nothing reads goes: a kernel has results.
void dropDeadOps(mlir::Block& block);

/// Values without elements, and what is computed from none, become constants: a sum of nothing is 0.
void replaceEmptyValues(mlir::Block& block);

/// Marks of recomputation go: groups have kept what is computed again apart from what was computed before.
void dropRecomputes(mlir::Block& block);

/// Reductions over axes of extent 1 alone become what they read, or the index 0.
void dropEmptyReductions(mlir::Block& block);

/// Contractions of other element types than f32 and f64, scattered sums of narrow floats, and pooling of whole numbers
/// are computed wider: narrow floats as f32, whole numbers as f64.
void widenOperands(mlir::Block& block);

/// Long reductions to few elements become two, the first of which can be divided among threads. How they are split
/// follows from their shapes alone.
void splitLongReductions(mlir::Block& block);

/// permute(a x b) over the last two axes becomes permute(b) x permute(a): operands are read through strides for free.
void transposeMatmuls(mlir::Block& block);

}  // namespace stator::fuse
