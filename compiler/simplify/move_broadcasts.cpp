// Broadcasts move toward results: `permute(broadcast(x))` is `broadcast(permute(x))`, with less to permute.
#include "compiler/ir/build.h"
#include "compiler/ir/ops.h"
#include "compiler/ir/rules.h"
#include "compiler/simplify/axes.h"
#include "compiler/simplify/evaluate.h"
#include "compiler/simplify/patterns.h"

namespace stator::simplify {
namespace {

using mlir::failure, mlir::LogicalResult, mlir::PatternRewriter, mlir::RankedTensorType, mlir::success, mlir::Value;

RankedTensorType typeOf(Value value) { return llvm::cast<RankedTensorType>(value.getType()); }

/// The extents of `like` with the element type of `elements`.
RankedTensorType withElement(RankedTensorType like, mlir::Value elements) {
  return RankedTensorType::get(like.getShape(), typeOf(elements).getElementType(), like.getEncoding());
}

/// Operands that are broadcasts of one smaller shape, or constants: the op works on that shape.
struct NarrowElementwise : mlir::RewritePattern {
  explicit NarrowElementwise(mlir::MLIRContext* context) : RewritePattern(MatchAnyOpTypeTag(), 1, context) {}

  LogicalResult matchAndRewrite(mlir::Operation* op, PatternRewriter& rewriter) const override {
    RankedTensorType narrow = isElementwise(op) ? commonSource(op) : nullptr;
    if (!narrow) return failure();
    llvm::SmallVector<Value, 3> operands;
    for (Value operand : op->getOperands()) {
      if (auto broadcast = operand.getDefiningOp<ir::BroadcastOp>()) operands.push_back(broadcast.getX());
      else
        operands.push_back(
            ir::buildConstant(rewriter, op->getLoc(), withElement(narrow, operand), *constantOf(operand)));
    }
    mlir::OperationState state(op->getLoc(), op->getName(), operands, withElement(narrow, op->getResult(0)),
                               op->getAttrs());
    rewriter.replaceOpWithNewOp<ir::BroadcastOp>(op, op->getResult(0).getType(), rewriter.create(state)->getResult(0));
    return success();
  }

 private:
  /// The type that all broadcast operands come from; null where they differ or another operand is in the way.
  static RankedTensorType commonSource(mlir::Operation* op) {
    RankedTensorType source;
    for (Value operand : op->getOperands()) {
      auto broadcast = operand.getDefiningOp<ir::BroadcastOp>();
      if (!broadcast && !constantOf(operand)) return nullptr;
      if (!broadcast) continue;
      RankedTensorType next = typeOf(broadcast.getX());
      if (source && (source.getShape() != next.getShape() || source.getEncoding() != next.getEncoding()))
        return nullptr;
      source = next;
    }
    return source;
  }
};

LogicalResult permuteOfBroadcast(ir::PermuteOp op, PatternRewriter& rewriter) {
  auto broadcast = op.getX().getDefiningOp<ir::BroadcastOp>();
  if (!broadcast) return failure();
  Value narrow = permute(rewriter, op.getLoc(), broadcast.getX(), op.getAxes());
  rewriter.replaceOpWithNewOp<ir::BroadcastOp>(op, op.getResult().getType(), narrow);
  return success();
}

/// The narrow shape that becomes `to` by broadcasting, where reshaping `wide` (stretched from `narrow`) gives `to`:
/// axes fall into groups of equal products, each stretched as a whole or not at all.
std::optional<Axes> reshapeNarrow(llvm::ArrayRef<int64_t> narrow, llvm::ArrayRef<int64_t> wide,
                                  llvm::ArrayRef<int64_t> to) {
  Axes result;
  size_t i = 0, k = 0;
  while (i < wide.size() || k < to.size()) {
    size_t firstI = i, firstK = k;
    int64_t from = i < wide.size() ? wide[i++] : 1, into = k < to.size() ? to[k++] : 1;
    while (from != into) {
      if (from < into && i < wide.size()) from *= wide[i++];
      else if (into < from && k < to.size()) into *= to[k++];
      else return std::nullopt;
    }
    auto group = narrow.slice(firstI, i - firstI);
    bool stretched = llvm::all_of(group, [](int64_t extent) { return extent == 1; });
    if (!stretched && group != wide.slice(firstI, i - firstI)) return std::nullopt;
    for (int64_t extent : to.slice(firstK, k - firstK)) result.push_back(stretched ? 1 : extent);
  }
  return result;
}

LogicalResult reshapeOfBroadcast(ir::ReshapeOp op, PatternRewriter& rewriter) {
  auto broadcast = op.getX().getDefiningOp<ir::BroadcastOp>();
  if (!broadcast || op.getX().getType().getEncoding() || op.getResult().getType().getEncoding()) return failure();
  RankedTensorType from = broadcast.getX().getType(), to = op.getResult().getType();
  auto extents = reshapeNarrow(from.getShape(), op.getX().getType().getShape(), to.getShape());
  if (!extents) return failure();
  auto type = RankedTensorType::get(*extents, to.getElementType());
  Value narrow = rewriter.create<ir::ReshapeOp>(op.getLoc(), type, broadcast.getX());
  rewriter.replaceOpWithNewOp<ir::BroadcastOp>(op, to, narrow);
  return success();
}

}  // namespace

void addBroadcastPatterns(mlir::RewritePatternSet& patterns) {
  patterns.add<NarrowElementwise>(patterns.getContext());
  patterns.add(permuteOfBroadcast);
  patterns.add(reshapeOfBroadcast);
}

}  // namespace stator::simplify
