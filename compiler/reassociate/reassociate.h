// The pass reassociate: the same sums of products in another order, where that costs less.
#pragma once

#include <memory>

#include "mlir/IR/PatternMatch.h"

namespace mlir {
class Pass;
}

namespace stator {

/// Values change by rounding alone; simplify's own rewrites are exact.
std::unique_ptr<mlir::Pass> createReassociatePass();

namespace reassociate {
/// Products of looked-up rows become look-ups in a product, and the other way round for gradients.
void addLookupPatterns(mlir::RewritePatternSet& patterns);
/// What is computed from each looked-up row is computed once for each row of the table.
void addTablePatterns(mlir::RewritePatternSet& patterns);
/// Rows that a loop runs over are looked up in its step.
void addStepPatterns(mlir::RewritePatternSet& patterns);
/// What a sum's terms have in common is multiplied with the sum.
void addFactorPatterns(mlir::RewritePatternSet& patterns);
/// Rows are multiplied with the reciprocal of a softmax's sum, not divided by it.
void addDivisionPatterns(mlir::RewritePatternSet& patterns);
/// Weight gradients of convolutions are summed image by image first.
void addPartPatterns(mlir::RewritePatternSet& patterns);
/// The gradient of a softmax reads its result alone.
void addSoftmaxPatterns(mlir::RewritePatternSet& patterns);
}  // namespace reassociate

}  // namespace stator
