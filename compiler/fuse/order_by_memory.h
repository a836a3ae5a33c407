// An order of kernels in which less waits in memory where most does.
#pragma once

#include "compiler/fuse/held_values.h"

namespace stator::fuse {

/// The groups in `Grouping::order()`, but with single kernels moved past the moment when memory is fullest where it is
/// less full then: to before it where they end a value, to behind it where what they make is not read before. Kernels
/// that update state stay behind those that read the old value.
llvm::SmallVector<int> orderByMemory(mlir::Block& block, const Grouping& grouping,
                                     const std::vector<HeldValue>& values);

}  // namespace stator::fuse
