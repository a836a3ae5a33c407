// Rounds the factors of products to bf16.
#pragma once

#include "mlir/IR/Block.h"

namespace stator::precision {

/// Factors of f32 products in `block`, and in the loops in it, become casts to bf16. A value is rounded once, where it
/// is computed, for all products that read it, through whatever views; what a loop does not change, outside the loop.
void roundFactors(mlir::Block& block);

}  // namespace stator::precision
