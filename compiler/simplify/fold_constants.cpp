// Ops of constants become constants, and counters that count nothing or along another axis.
#include "compiler/ir/build.h"
#include "compiler/ir/ops.h"
#include "compiler/simplify/evaluate.h"
#include "compiler/simplify/patterns.h"

namespace stator::simplify {
namespace {

using mlir::failure, mlir::LogicalResult, mlir::PatternRewriter, mlir::success;

LogicalResult replaceWithConstant(mlir::Operation* op, std::optional<double> value, PatternRewriter& rewriter) {
  if (!value) return failure();
  auto number = rewriter.getF64FloatAttr(*value);
  rewriter.replaceOpWithNewOp<ir::ConstantOp>(op, op->getResult(0).getType(), number);
  return success();
}

/// Elementwise ops all of whose operands are constants.
struct FoldElementwise : mlir::RewritePattern {
  explicit FoldElementwise(mlir::MLIRContext* context) : RewritePattern(MatchAnyOpTypeTag(), 2, context) {}
  LogicalResult matchAndRewrite(mlir::Operation* op, PatternRewriter& rewriter) const override {
    if (!isElementwise(op)) return failure();
    llvm::SmallVector<double, 3> operands;
    for (mlir::Value operand : op->getOperands()) {
      std::optional<double> value = constantOf(operand);
      if (!value) return failure();
      operands.push_back(*value);
    }
    return replaceWithConstant(op, evaluate(op, operands), rewriter);
  }
};

/// A splat stays one wherever its elements go.
template <class Op> LogicalResult foldMovement(Op op, PatternRewriter& rewriter) {
  return replaceWithConstant(op, constantOf(op.getX()), rewriter);
}

LogicalResult foldPad(ir::PadOp op, PatternRewriter& rewriter) {
  std::optional<double> value = constantOf(op.getX());
  bool same = value && op.getValueAttr().getValue().bitwiseIsEqual(llvm::APFloat(*value));
  return same ? replaceWithConstant(op, value, rewriter) : failure();
}

/// Exact where the product is, which it is for the small whole numbers that graphs add up.
LogicalResult foldSum(ir::SumOp op, PatternRewriter& rewriter) {
  std::optional<double> value = constantOf(op.getX());
  if (!value) return failure();
  auto from = op.getX().getType();
  double product = *value * double(from.getNumElements() / op.getResult().getType().getNumElements());
  std::optional<double> exact = rounded(product, ir::specOf(from).dtype);
  return exact && *exact == product ? replaceWithConstant(op, exact, rewriter) : failure();
}

LogicalResult foldIota(ir::IotaOp op, PatternRewriter& rewriter) {
  bool single = op.getResult().getType().getDimSize(op.getAxis()) == 1;
  return single ? replaceWithConstant(op, 0.0, rewriter) : failure();
}

LogicalResult foldPermuteOfIota(ir::PermuteOp op, PatternRewriter& rewriter) {
  auto iota = op.getX().getDefiningOp<ir::IotaOp>();
  if (!iota) return failure();
  auto axis = llvm::find(op.getAxes(), int64_t(iota.getAxis())) - op.getAxes().begin();
  rewriter.replaceOpWithNewOp<ir::IotaOp>(op, op.getResult().getType(), rewriter.getI64IntegerAttr(axis));
  return success();
}

LogicalResult foldArgmax(ir::ArgmaxOp op, PatternRewriter& rewriter) {
  bool single = op.getX().getType().getDimSize(op.getAxis()) == 1;
  return single ? replaceWithConstant(op, 0.0, rewriter) : failure();
}

}  // namespace

void addConstantPatterns(mlir::RewritePatternSet& patterns) {
  patterns.add<FoldElementwise>(patterns.getContext());
  patterns.add(foldMovement<ir::BroadcastOp>);
  patterns.add(foldMovement<ir::ReshapeOp>);
  patterns.add(foldMovement<ir::PermuteOp>);
  patterns.add(foldMovement<ir::SliceOp>);
  patterns.add(foldMovement<ir::FlipOp>);
  patterns.add(foldMovement<ir::MaxOp>);
  patterns.add(foldPad);
  patterns.add(foldSum);
  patterns.add(foldIota);
  patterns.add(foldPermuteOfIota);
  patterns.add(foldArgmax);
}

}  // namespace stator::simplify
