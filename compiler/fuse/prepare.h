// What groups of ops need before and after them: only ops that kernels are made of, and nothing dead.
#pragma once

#include "mlir/IR/Block.h"

namespace stator::fuse {

/// What nothing reads goes: a kernel has results.
void dropDeadOps(mlir::Block& block);

/// Marks of recomputation go: groups have kept what is computed again apart from what was computed before.
void dropRecomputes(mlir::Block& block);

}  // namespace stator::fuse
