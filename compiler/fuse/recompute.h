// Values that are computed again where they are read late, instead of waiting in memory.
#pragma once

#include <cstdint>
#include <memory>

namespace mlir {
class Pass;
}

namespace stator {

/// What is smaller stays in a cache until it is read again, and costs no time there.
inline constexpr int64_t leastRecomputedBytes = 256 << 10;

/// `recompute`: of functions of prepared ops, before they are fused. Elementwise ops run again wherever that frees
/// memory; others too, where the step slows by a fiftieth at most and much less than its memory shrinks, or, with a
/// budget, until what is alive takes no more than `budgetBytes` (0: no budget), or nothing helps any more.
std::unique_ptr<mlir::Pass> createRecomputePass(int64_t budgetBytes = 0, int64_t leastBytes = leastRecomputedBytes);

}  // namespace stator
