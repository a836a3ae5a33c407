// Reductions over nothing, and products whose transposition their operands can bear.
#include "compiler/ir/ops.h"
#include "compiler/simplify/axes.h"
#include "compiler/simplify/patterns.h"

namespace stator::simplify {
namespace {

using mlir::failure, mlir::LogicalResult, mlir::PatternRewriter, mlir::success, mlir::Value;

/// Over an axis of extent 1 there is nothing to reduce.
template <class Op> LogicalResult dropSingleAxes(Op op, PatternRewriter& rewriter) {
  Axes longer;
  for (int64_t axis : op.getAxes())
    if (op.getX().getType().getDimSize(axis) != 1) longer.push_back(axis);
  if (longer.size() == op.getAxes().size() && !longer.empty()) return failure();
  if (longer.empty()) rewriter.replaceOp(op, op.getX());
  else rewriter.modifyOpInPlace(op, [&] { op.setAxes(longer); });
  return success();
}

Axes lastTwoSwapped(int64_t rank) {
  Axes axes = llvm::to_vector<6>(llvm::seq<int64_t>(0, rank));
  std::swap(axes[rank - 2], axes[rank - 1]);
  return axes;
}

/// transpose(a * b) is transpose(b) * transpose(a): a weight's gradient then has the weight's own layout, and the
/// operands' transpositions are strides of the contraction.
LogicalResult transposedProduct(ir::PermuteOp op, PatternRewriter& rewriter) {
  auto product = op.getX().getDefiningOp<ir::MatmulOp>();
  if (!product || !product->hasOneUse()) return failure();
  Axes swapped = lastTwoSwapped(op.getResult().getType().getRank());
  if (llvm::ArrayRef(swapped) != op.getAxes()) return failure();
  Value a = permute(rewriter, op.getLoc(), product.getB(), swapped),
        b = permute(rewriter, op.getLoc(), product.getA(), swapped);
  rewriter.replaceOpWithNewOp<ir::MatmulOp>(op, op.getResult().getType(), a, b);
  return success();
}

}  // namespace

void addReductionPatterns(mlir::RewritePatternSet& patterns) {
  patterns.add(dropSingleAxes<ir::SumOp>);
  patterns.add(dropSingleAxes<ir::MaxOp>);
  patterns.add(transposedProduct);
}

}  // namespace stator::simplify
