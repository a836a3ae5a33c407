// Movement ops that cancel, merge, or move nothing.
#include "compiler/ir/ops.h"
#include "compiler/simplify/axes.h"
#include "compiler/simplify/patterns.h"

namespace stator::simplify {
namespace {

using mlir::failure, mlir::LogicalResult, mlir::PatternRewriter, mlir::success, mlir::Value;

LogicalResult replace(mlir::Operation* op, Value value, PatternRewriter& rewriter) {
  rewriter.replaceOp(op, value);
  return success();
}

bool allZero(llvm::ArrayRef<int64_t> numbers) {
  return llvm::all_of(numbers, [](int64_t n) { return n == 0; });
}

/// An op to its operand's own type, and two in a row: what reshapes and broadcasts have in common.
template <class Op> LogicalResult simplifyToType(Op op, PatternRewriter& rewriter) {
  if (op.getX().getType() == op.getResult().getType()) return replace(op, op.getX(), rewriter);
  auto inner = op.getX().template getDefiningOp<Op>();
  if (!inner) return failure();
  rewriter.replaceOpWithNewOp<Op>(op, op.getResult().getType(), inner.getX());
  return success();
}

LogicalResult simplifyPermute(ir::PermuteOp op, PatternRewriter& rewriter) {
  if (isIdentity(op.getAxes())) return replace(op, op.getX(), rewriter);
  if (auto inner = op.getX().getDefiningOp<ir::PermuteOp>()) {
    Axes axes = compose(inner.getAxes(), op.getAxes());
    return replace(op, permute(rewriter, op.getLoc(), inner.getX(), axes), rewriter);
  }
  if (!movesNothing(op.getX().getType(), op.getAxes())) return failure();
  rewriter.replaceOpWithNewOp<ir::ReshapeOp>(op, op.getResult().getType(), op.getX());
  return success();
}

LogicalResult simplifySlice(ir::SliceOp op, PatternRewriter& rewriter) {
  bool whole = op.getX().getType() == op.getResult().getType();
  return whole ? replace(op, op.getX(), rewriter) : failure();
}

Axes sum(llvm::ArrayRef<int64_t> a, llvm::ArrayRef<int64_t> b) {
  Axes result(a);
  for (auto [total, more] : llvm::zip_equal(result, b)) total += more;
  return result;
}

/// A pad of nothing; a pad of the same value around a pad.
LogicalResult simplifyPad(ir::PadOp op, PatternRewriter& rewriter) {
  if (op.getX().getType() == op.getResult().getType()) return replace(op, op.getX(), rewriter);
  auto inner = op.getX().getDefiningOp<ir::PadOp>();
  if (!inner || !inner.getValue().bitwiseIsEqual(op.getValue()) || !allZero(op.getInterior())) return failure();
  rewriter.replaceOpWithNewOp<ir::PadOp>(op, op.getResult().getType(), inner.getX(), sum(inner.getLow(), op.getLow()),
                                         sum(inner.getHigh(), op.getHigh()), inner.getInterior(), op.getValue());
  return success();
}

LogicalResult simplifyFlip(ir::FlipOp op, PatternRewriter& rewriter) {
  auto type = op.getX().getType();
  if (llvm::all_of(op.getAxes(), [&](int64_t axis) { return type.getDimSize(axis) == 1; }))
    return replace(op, op.getX(), rewriter);
  auto inner = op.getX().getDefiningOp<ir::FlipOp>();
  return inner && inner.getAxes() == op.getAxes() ? replace(op, inner.getX(), rewriter) : failure();
}

}  // namespace

void addMovementPatterns(mlir::RewritePatternSet& patterns) {
  patterns.add(simplifyToType<ir::BroadcastOp>);
  patterns.add(simplifyToType<ir::ReshapeOp>);
  patterns.add(simplifyPermute);
  patterns.add(simplifySlice);
  patterns.add(simplifyPad);
  patterns.add(simplifyFlip);
}

}  // namespace stator::simplify
