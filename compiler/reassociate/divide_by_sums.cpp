// Divisions of a row by its sum of exponentials become products with one reciprocal.
//
//     %s = stator.sum %e                                 %r = stator.div 1, %s
//     %p = stator.div %e, (stator.broadcast %s)    =>    %p = stator.mul %e, (stator.broadcast %r)
//
// The sum of a softmax is 1 at least, since the greatest exponential is that of 0: its reciprocal is a normal number.
// The product is rounded twice, a division once, so results differ by a unit in the last place.
#include "compiler/ir/build.h"
#include "compiler/ir/ops.h"
#include "compiler/ir/rules.h"
#include "compiler/reassociate/reassociate.h"

namespace stator::reassociate {
namespace {

using mlir::failure, mlir::LogicalResult, mlir::PatternRewriter, mlir::success, mlir::Value;

Value broadcastOf(Value x) {
  auto broadcast = x.getDefiningOp<ir::BroadcastOp>();
  return broadcast ? Value(broadcast.getX()) : Value();
}

/// Whether `x` is sum(exp(y - max(y))) along the same axes.
bool isSumOfSoftmax(Value x) {
  auto sum = x.getDefiningOp<ir::SumOp>();
  auto exponential = sum ? sum.getX().getDefiningOp<ir::ExpOp>() : nullptr;
  auto shifted = exponential ? exponential.getX().getDefiningOp<ir::SubOp>() : nullptr;
  Value shift = shifted ? broadcastOf(shifted.getB()) : Value();
  auto max = shift ? shift.getDefiningOp<ir::MaxOp>() : nullptr;
  return max && max.getX() == shifted.getA() && max.getAxes() == sum.getAxes();
}

LogicalResult multiplyByReciprocal(ir::DivOp division, PatternRewriter& rewriter) {
  Value sum = broadcastOf(division.getB());
  if (!sum || !isSumOfSoftmax(sum)) return failure();
  mlir::Location location = division.getLoc();
  rewriter.setInsertionPointAfterValue(sum);
  Value one = ir::buildConstant(rewriter, location, sum.getType(), 1);
  Value reciprocal = ir::buildOp(rewriter, location, rule::div{}, {one, sum});
  rewriter.setInsertionPoint(division);
  Value stretched = rewriter.create<ir::BroadcastOp>(location, division.getType(), reciprocal);
  rewriter.replaceOp(division, ir::buildOp(rewriter, location, rule::mul{}, {division.getA(), stretched}));
  return success();
}

}  // namespace

void addDivisionPatterns(mlir::RewritePatternSet& patterns) { patterns.add(multiplyByReciprocal); }

}  // namespace stator::reassociate
