// The pass attention: products whose results are only seen row by row become one kernel with what reads them.
#pragma once

#include <cstdint>
#include <memory>

namespace mlir {
class Pass;
}

namespace stator {

/// Takes functions of simplified ops; gives the same with a `stator.fusion` of kind `attention` for each
/// softmax(q k^T) v, and one for its gradients, between which no score matrix is stored. `leastScores`: matrices of
/// fewer elements stay in memory.
std::unique_ptr<mlir::Pass> createAttentionPass(int64_t leastScores = 1024);

}  // namespace stator
