// The pass winograd: 3 x 3 convolutions by fewer products.
#pragma once

#include <memory>

namespace mlir {
class Pass;
}

namespace stator {

/// Takes functions with images in the layout phase's order. A convolution of stride 1 whose kernel is 3 x 3 becomes one
/// by Winograd's transforms, with 16 products for four elements of a result instead of 36, where its channels fill
/// vectors and the transformed weight serves at least `leastTiles` pieces of two by two elements.
std::unique_ptr<mlir::Pass> createWinogradPass(int64_t leastTiles = 64);

}  // namespace stator
