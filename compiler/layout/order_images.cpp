// conv2d and its gradients in terms of `convolution`, `convolution_weight_grad`, and ops that move elements.
#include "compiler/layout/order_images.h"

#include "compiler/ir/halo.h"
#include "compiler/layout/depthwise.h"
#include "compiler/layout/strided_gradient.h"
#include "compiler/simplify/axes.h"
#include "llvm/ADT/TypeSwitch.h"

namespace stator::layout {
namespace {

using mlir::Value;

/// Builds in place of one convolution op.
class Rewriter {
 public:
  Rewriter(mlir::Operation* op, bool channelsFirst)
      : conv_(ir::ruleOf<rule::Conv2d>(op)), channelsFirst_(channelsFirst), images_(op, convolution({}).axes()) {}

  Value forward(ir::Conv2dOp op) {
    Value x = images_.pad(ordered(op.getX()), conv_.padding, Integers(0, 0));
    Value y = convolve(conv_.stride, x, images_.permute(op.getWeight(), weightToLast));
    return written(withHalo(y, conv_.padding[0], conv_.padding[1]));
  }

  Value weightGradient(ir::Conv2dWeightGradOp op) {
    Value x = images_.pad(ordered(op.getX()), conv_.padding, Integers(0, 0));
    Value dy = ordered(op.getDy());
    rule::ConvolutionWeightGrad gradient{convolution(conv_.stride)};
    bool stacked = op.getResult().getType().getRank() == 5;
    using Axes = llvm::ArrayRef<int64_t>;
    Axes toLast = stacked ? Axes(weightsToLast) : Axes(weightToLast);
    auto type = simplify::permuted(op.getResult().getType(), toLast);
    bool alone = conv_.groups > 1 && !stacked && type.getDimSize(2) == 1;
    Value dw = alone ? depthwiseWeightGradient(images_, gradient, x, dy, type)
                     : withHalo(images_.buildAs(gradient, {x, dy}, type), conv_.padding[0], conv_.padding[1]);
    return images_.permute(dw, stacked ? Axes(weightsToFirst) : Axes(weightToFirst));
  }

  /// dy convolved with the flipped weight: [N, O, OH, OW] -> [N, C, H, W].
  Value inputGradient(ir::Conv2dInputGradOp op) {
    Value dy = ordered(op.getDy());
    if (conv_.stride != Integers(1, 1)) {
      auto dx = simplify::permuted(op.getResult().getType(), imageToLast);
      return written(stridedInputGradient(images_, conv_, dy, op.getWeight(), dx));
    }
    int64_t from[2], to[2];
    for (int axis = 0; axis < 2; ++axis) {
      long reach = conv_.dilation[axis] * (op.getWeight().getType().getDimSize(2 + axis) - 1);
      from[axis] = conv_.padding[2 * axis] - reach;
      to[axis] = from[axis] + op.getResult().getType().getDimSize(2 + axis) + reach;
    }
    Value weight = images_.backwardWeight(op.getWeight(), conv_.groups);
    Value dx = convolve(conv_.stride, images_.window(dy, from, to), weight);
    long height = op.getDy().getType().getDimSize(2);
    return written(withHalo(dx, std::max(-from[0], 0L), std::max(to[0] - height, 0L)));
  }

 private:
  rule::Convolution convolution(const Integers& stride) const {
    return {stride, conv_.dilation, conv_.groups, channelsFirst_};
  }

  Value ordered(Value image) { return channelsFirst_ ? image : images_.permute(image, imageToLast); }
  Value written(Value image) { return channelsFirst_ ? image : images_.permute(image, imageToFirst); }

  /// `result`, whose convolution is told of the rows of zeros around its image. Channels-first, rows are no loop of A.
  Value withHalo(Value result, int64_t top, int64_t bottom) const {
    if (!channelsFirst_ && llvm::isa<ir::ConvolutionOp, ir::ConvolutionWeightGradOp>(result.getDefiningOp()))
      ir::setHalo(result.getDefiningOp(), top, bottom);
    return result;
  }

  Value convolve(const Integers& stride, Value x, Value weight) {
    rule::Convolution rule = convolution(stride);
    if (isDepthwise(rule, weight)) return depthwiseConvolution(images_, rule, x, weight);
    return images_.build(rule, {x, weight});
  }

  rule::Conv2d conv_;
  bool channelsFirst_;
  ImageBuilder images_;
};

}  // namespace

void orderImages(mlir::func::FuncOp function, bool channelsFirst) {
  function.walk([&](mlir::Operation* op) {
    Value result =
        llvm::TypeSwitch<mlir::Operation*, Value>(op)
            .Case([&](ir::Conv2dOp conv) { return Rewriter(conv, channelsFirst).forward(conv); })
            .Case([&](ir::Conv2dWeightGradOp conv) { return Rewriter(conv, channelsFirst).weightGradient(conv); })
            .Case([&](ir::Conv2dInputGradOp conv) { return Rewriter(conv, channelsFirst).inputGradient(conv); })
            .Default([](auto) { return Value(); });
    if (!result) return;
    op->replaceAllUsesWith(mlir::ValueRange(result));
    op->erase();
  });
}

}  // namespace stator::layout
