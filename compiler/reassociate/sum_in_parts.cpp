// The weight gradient of a convolution is summed for parts of the images, then over the parts: a part's images stay in
// the second cache while all of the kernel's places meet them, and parts are work for as many threads.
#include "compiler/ir/build.h"
#include "compiler/ir/ops.h"
#include "compiler/ir/rules.h"
#include "compiler/reassociate/reassociate.h"

namespace stator::reassociate {
namespace {

using mlir::failure, mlir::LogicalResult, mlir::PatternRewriter, mlir::RankedTensorType, mlir::success, mlir::Value;

/// Of images and their cotangents: what stays in a second cache beside the gradient.
constexpr int64_t partBytes = 384 << 10;

int64_t bytesOf(RankedTensorType type) { return type.getNumElements() * type.getElementTypeBitWidth() / 8; }

/// As many parts as it takes for each to fit, as long as their gradients are half of what is read at most. 1: all
/// images fit, or have too few elements for each of the weight's.
int64_t partsOf(int64_t images, int64_t read, int64_t gradient) {
  int64_t parts = 1;
  for (int64_t divisor = 2; divisor <= images && parts * partBytes < read; ++divisor)
    if (images % divisor == 0 && 2 * divisor * gradient <= read) parts = divisor;
  return parts;
}

LogicalResult sumInParts(ir::Conv2dWeightGradOp op, PatternRewriter& rewriter) {
  RankedTensorType weight = op.getResult().getType(), x = op.getX().getType(), dy = op.getDy().getType();
  bool depthwise = op.getGroups() > 1 && weight.getDimSize(1) == 1;
  if (weight.getRank() != 4 || depthwise) return failure();
  int64_t parts = partsOf(x.getDimSize(0), bytesOf(x) + bytesOf(dy), bytesOf(weight));
  if (parts == 1) return failure();
  llvm::SmallVector<int64_t> shape{parts};
  llvm::append_range(shape, weight.getShape());
  Value each = ir::buildOpAs(rewriter, op.getLoc(), ir::ruleOf<rule::Conv2dWeightGrad>(op), {op.getX(), op.getDy()},
                             weight.clone(shape));
  Value sum = ir::buildOp(rewriter, op.getLoc(), rule::Sum{Integers(0)}, {each});
  rewriter.replaceOpWithNewOp<ir::ReshapeOp>(op, weight, sum);
  return success();
}

}  // namespace

void addPartPatterns(mlir::RewritePatternSet& patterns) { patterns.add(sumInParts); }

}  // namespace stator::reassociate
