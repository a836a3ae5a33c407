// The pass layout: convolutions channels-last, and as few permutes around them as there can be.
#pragma once

#include <memory>

namespace mlir {
class Pass;
}

namespace stator {

/// How functions are given their slots: with axes as programs write them, or as the state block has them.
enum class SlotOrder { asWritten, stored };

/// conv2d and its gradients become channels-last convolutions; elementwise ops, reductions and pooling follow them.
/// `stored` changes the types of slots to those of the state block, too.
std::unique_ptr<mlir::Pass> createLayoutPass(SlotOrder slots = SlotOrder::asWritten);

}  // namespace stator
