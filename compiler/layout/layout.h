// The pass layout: an order of axes for the images of convolutions, and as few permutes around them as there can be.
#pragma once

#include <memory>

namespace mlir {
class Pass;
}

namespace stator {

/// How functions are given their slots: with axes as programs write them, or as the state block has them.
enum class SlotOrder { asWritten, stored };

/// In which order the axes of images lie: as their convolutions are estimated to run faster, or as is said here.
/// Channels-first is for convolutions of stride 1 and one group alone: it is not heeded where there are others.
/// `around`: channels-last within each convolution and as written between them, with permutes around each.
enum class ImageOrder { chosen, channelsLast, channelsFirst, around };

/// conv2d and its gradients become convolutions on images in one order for the function; elementwise ops, reductions
/// and pooling follow them. `stored` changes the types of slots to those of the state block, too.
std::unique_ptr<mlir::Pass> createLayoutPass(SlotOrder slots = SlotOrder::asWritten,
                                             ImageOrder images = ImageOrder::chosen);

}  // namespace stator
