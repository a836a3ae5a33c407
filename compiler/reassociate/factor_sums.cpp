// Factors and signs that are the same for all that is summed leave the sum: `sum(x * c)` is `sum(x) * c`.
//
// The gradient of a normalisation sums its cotangent three times, twice with a factor for each channel. Without the
// factors all are one sum, and the product need not be stored for it.
#include "compiler/ir/build.h"
#include "compiler/ir/ops.h"
#include "compiler/ir/rules.h"
#include "compiler/reassociate/reassociate.h"
#include "compiler/simplify/evaluate.h"

namespace stator::reassociate {
namespace {

using mlir::failure, mlir::LogicalResult, mlir::PatternRewriter, mlir::RankedTensorType, mlir::success, mlir::Value;

RankedTensorType typeOf(Value x) { return llvm::cast<RankedTensorType>(x.getType()); }

bool isFloat(Value x) { return llvm::isa<mlir::FloatType>(typeOf(x).getElementType()); }

/// `x` as a factor of the sum's result, where it is the same along the axes that are summed. Null: it may differ.
Value constantAlong(PatternRewriter& rewriter, Value x, ir::SumOp sum) {
  RankedTensorType result = sum.getType();
  if (auto value = simplify::constantOf(x)) return ir::buildConstant(rewriter, x.getLoc(), result, *value);
  auto broadcast = x.getDefiningOp<ir::BroadcastOp>();
  if (!broadcast) return {};
  for (int64_t axis : sum.getAxes())
    if (broadcast.getX().getType().getDimSize(axis) != 1) return {};
  if (broadcast.getX().getType() == result) return broadcast.getX();
  return rewriter.create<ir::BroadcastOp>(x.getLoc(), result, broadcast.getX());
}

LogicalResult factorOut(ir::SumOp sum, PatternRewriter& rewriter) {
  auto product = sum.getX().getDefiningOp<ir::MulOp>();
  if (!product || !isFloat(product)) return failure();
  for (int which : {1, 0}) {
    Value factor = constantAlong(rewriter, product->getOperand(which), sum);
    if (!factor) continue;
    Value rest = ir::buildOp(rewriter, sum.getLoc(), ir::ruleOf<rule::Sum>(sum), {product->getOperand(1 - which)});
    rewriter.replaceOp(sum, ir::buildOp(rewriter, sum.getLoc(), rule::mul{}, {rest, factor}));
    return success();
  }
  return failure();
}

LogicalResult signOut(ir::SumOp sum, PatternRewriter& rewriter) {
  auto negation = sum.getX().getDefiningOp<ir::NegOp>();
  if (!negation || !isFloat(negation)) return failure();
  Value rest = ir::buildOp(rewriter, sum.getLoc(), ir::ruleOf<rule::Sum>(sum), {negation->getOperand(0)});
  rewriter.replaceOp(sum, ir::buildOp(rewriter, sum.getLoc(), rule::neg{}, {rest}));
  return success();
}

}  // namespace

void addFactorPatterns(mlir::RewritePatternSet& patterns) {
  patterns.add(factorOut);
  patterns.add(signOut);
}

}  // namespace stator::reassociate
