// Values that elementwise ops make again where they are read late, instead of waiting in memory.
#pragma once

#include "mlir/IR/Block.h"

namespace stator::fuse {

/// Rewrites a prepared block so that less waits in memory when most does; values stay the same up to what they are
/// fused with.
///
/// A value of at least `leastBytes` that is made before that moment and read after it is computed again for its late
/// readers where few elementwise ops make it from what is there in any case, or from fewer bytes than it takes.
void recomputeCheap(mlir::Block& block, int64_t leastBytes);

}  // namespace stator::fuse
