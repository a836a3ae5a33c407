// Groups of ops as `stator.fusion` ops.
#pragma once

#include "compiler/fuse/group_ops.h"

namespace stator::fuse {

/// Replaces the function's ops by a fusion for each group, in order, with reshapes between them where one is read or
/// returned in other extents. Results that are arguments, or that are returned twice, are copied by fusions of their
/// own.
void buildFusions(mlir::func::FuncOp function, const Grouping& grouping);

}  // namespace stator::fuse
