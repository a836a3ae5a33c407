// The pass blocks: a batch that does not fit the cache goes through a function a few rows at a time.
#pragma once

#include <cstdint>
#include <memory>

namespace mlir {
class Pass;
}

namespace stator {

/// Functions whose rows of a batch wait for each other with at least so many bytes at their widest point are looped
/// over.
inline constexpr int64_t leastBlockedBytes = int64_t{4} << 20;
/// What waits in one block at most, where the cost of more blocks allows it: some of it in the second cache, the rest
/// near behind it.
inline constexpr int64_t nearBlockBytes = int64_t{5} << 19;

/// Takes functions in the layout phase's order. What each row of the batch goes through by itself, forward and
/// backward, becomes the step of a loop over blocks of rows; sums over all rows, such as the gradients of weights, are
/// added up from block to block.
std::unique_ptr<mlir::Pass> createBlocksPass(int64_t leastBytes = leastBlockedBytes,
                                             int64_t nearBytes = nearBlockBytes);

}  // namespace stator
