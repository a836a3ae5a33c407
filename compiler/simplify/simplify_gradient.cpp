// Ops that differ from their operand for a gradient alone.
#include "compiler/ir/ops.h"
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

}  // namespace

void addGradientPatterns(mlir::RewritePatternSet& patterns) {
  patterns.add(removeDetach);
  patterns.add(removeShiftedGradient);
}

}  // namespace stator::simplify
