// The families of rewrites that simplify is made of. All are exact: no float algebra that only holds for finite values
// or up to rounding.
#pragma once

#include "mlir/IR/PatternMatch.h"

namespace stator::simplify {

/// Ops of constants become constants.
void addConstantPatterns(mlir::RewritePatternSet& patterns);
/// x * 1, -(-x), where with a known condition; constants stand on the right.
void addElementwisePatterns(mlir::RewritePatternSet& patterns);
/// Movement of movement, movement that moves nothing.
void addMovementPatterns(mlir::RewritePatternSet& patterns);
/// Broadcasts move toward results, so that what is upstream works on the smaller tensor.
void addBroadcastPatterns(mlir::RewritePatternSet& patterns);
/// Reductions over extents of 1; transposed products.
void addReductionPatterns(mlir::RewritePatternSet& patterns);
/// `detach` and `shifted_gradient` are their first operands. Only right where no `gradient` is left.
void addGradientPatterns(mlir::RewritePatternSet& patterns);

/// Loops without what nobody reads, with what is the same at every step outside. Whether anything changed.
bool simplifyScans(mlir::Operation* function);

}  // namespace stator::simplify
