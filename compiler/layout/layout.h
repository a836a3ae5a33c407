// The pass layout: convolutions channels-last, and as few permutes around them as there can be.
#pragma once

#include <memory>

namespace mlir {
class Pass;
}

namespace stator {

/// conv2d and its gradients become channels-last convolutions; elementwise ops, reductions and pooling follow them.
std::unique_ptr<mlir::Pass> createLayoutPass();

}  // namespace stator
