// Which kernels may overwrite what they read, and the order of kernels that lets them.
#pragma once

#include "compiler/memory/buffer.h"

namespace stator::memory {

/// Whether `writer` reads each element of `old` only to compute the same element of its results.
bool readsInPlace(ir::FusionOp writer, mlir::Value old);

/// Makes every update's value one that may be written to its slot: by its kernel, where all others that read the old
/// value can run before it and it reads it only where it writes; otherwise by a copy after everything else. Orders the
/// function's kernels accordingly, and otherwise leaves them as they are. The states of loops are updated in the same
/// way, step by step, unless all their values are kept.
void orderUpdates(mlir::func::FuncOp function);

}  // namespace stator::memory
