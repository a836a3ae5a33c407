// Values that are computed again where they are read late, instead of waiting in memory.
#pragma once

#include <memory>

#include "mlir/IR/Block.h"

namespace mlir {
class Pass;
}

namespace stator::fuse {

/// Rewrites a prepared block so that less waits in memory when most does; values stay the same up to what they are
/// fused with.
///
/// A value of at least `leastBytes` that is made before that moment and read after it is computed again for its late
/// readers where few elementwise ops make it from what is there in any case, or from fewer bytes than it takes.
void recomputeLate(mlir::Block& block, int64_t leastBytes);

}  // namespace stator::fuse

namespace stator {

/// What is smaller stays in a cache until it is read again, and costs no time there.
inline constexpr int64_t leastRecomputedBytes = 256 << 10;

/// `recompute`: of functions of prepared ops, before they are fused.
std::unique_ptr<mlir::Pass> createRecomputePass(int64_t leastBytes = leastRecomputedBytes);

}  // namespace stator
