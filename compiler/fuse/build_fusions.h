// Groups of ops as `stator.fusion` ops.
#pragma once

#include "compiler/fuse/group_ops.h"

namespace stator::fuse {

/// Replaces the ops of a function or of a loop's step by a fusion for each group, in order, with reshapes between them
/// where one is read or returned in other extents. Results that are arguments or a loop's, or that are returned twice,
/// are copied by fusions of their own; so is what a loop's states start from, unless it is computed for that alone.
void buildFusions(mlir::Block& block, const Grouping& grouping);

}  // namespace stator::fuse
