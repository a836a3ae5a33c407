// The weight gradient of a convolution is summed for parts of the images, then over the parts: a part's images stay in
// the second cache while all of the kernel's places meet them, and parts are work for as many threads.
#include "compiler/ir/build.h"
#include "compiler/ir/ops.h"
#include "compiler/ir/rules.h"
#include "compiler/kernels/image_parts.h"
#include "compiler/reassociate/reassociate.h"

namespace stator::reassociate {
namespace {

using mlir::failure, mlir::LogicalResult, mlir::PatternRewriter, mlir::RankedTensorType, mlir::success, mlir::Value;

int64_t bytesOf(RankedTensorType type) { return type.getNumElements() * type.getElementTypeBitWidth() / 8; }

LogicalResult sumInParts(ir::Conv2dWeightGradOp op, PatternRewriter& rewriter) {
  RankedTensorType weight = op.getResult().getType(), x = op.getX().getType(), dy = op.getDy().getType();
  bool depthwise = op.getGroups() > 1 && weight.getDimSize(1) == 1;
  if (weight.getRank() != 4 || depthwise) return failure();
  int64_t parts = kernels::imageParts(x.getDimSize(0), bytesOf(x) + bytesOf(dy), bytesOf(weight));
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
