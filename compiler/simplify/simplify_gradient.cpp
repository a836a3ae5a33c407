// Ops that differ from their operand for a gradient alone.
#include "compiler/ir/build.h"
#include "compiler/ir/ops.h"
#include "compiler/ir/rules.h"
#include "compiler/simplify/evaluate.h"
#include "compiler/simplify/patterns.h"

namespace stator::simplify {
namespace {

mlir::LogicalResult removeDetach(ir::DetachOp op, mlir::PatternRewriter& rewriter) {
  rewriter.replaceOp(op, op.getX());
  return mlir::success();
}

mlir::LogicalResult removeShiftedGradient(ir::ShiftedGradientOp op, mlir::PatternRewriter& rewriter) {
  if (op.getA().getType() != op.getResult().getType()) return mlir::failure();
  rewriter.replaceOp(op, op.getA());
  return mlir::success();
}

/// Whether `condition` is x <= 0.
bool isNotPositive(mlir::Value condition, mlir::Value x) {
  auto compare = condition.getDefiningOp<ir::LessEqualOp>();
  return compare && compare.getA() == x && constantOf(compare.getB()) == 0.0;
}

/// where(x <= 0, 0, cotangent of max_pool2d's x): the cotangent goes to a window's greatest element, so what is pooled
/// tells as well as x whether that is positive, in fewer places.
mlir::LogicalResult maskPooled(ir::WhereOp op, mlir::PatternRewriter& rewriter) {
  auto gradient = op.getB().getDefiningOp<ir::MaxPool2dGradOp>();
  if (!gradient || !gradient->hasOneUse() || constantOf(op.getA()) != 0.0 ||
      !isNotPositive(op.getCondition(), gradient.getX()))
    return mlir::failure();
  for (mlir::Operation* user : gradient.getX().getUsers()) {
    auto pool = llvm::dyn_cast<ir::MaxPool2dOp>(user);
    if (!pool || pool->getBlock() != gradient->getBlock() || !pool->isBeforeInBlock(gradient) ||
        pool->getAttrDictionary() != gradient->getAttrDictionary())
      continue;
    mlir::Value dy = gradient.getDy(), zero = ir::buildConstant(rewriter, op.getLoc(), dy.getType(), 0);
    auto type = llvm::cast<mlir::RankedTensorType>(dy.getType());
    mlir::Value isOff = rewriter.create<ir::LessEqualOp>(op.getLoc(), type.clone(rewriter.getI1Type()), pool, zero);
    mlir::Value masked = rewriter.create<ir::WhereOp>(op.getLoc(), type, isOff, zero, dy);
    rule::MaxPool2dGrad again{ir::ruleOf<rule::MaxPool2d>(pool)};
    rewriter.replaceOp(op, ir::buildOp(rewriter, op.getLoc(), again, {gradient.getX(), masked}));
    return mlir::success();
  }
  return mlir::failure();
}

}  // namespace

void addGradientPatterns(mlir::RewritePatternSet& patterns) {
  patterns.add(removeDetach);
  patterns.add(removeShiftedGradient);
  patterns.add(maskPooled);
}

}  // namespace stator::simplify
