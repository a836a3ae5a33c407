// conv2d and its gradients in terms of `convolution`, `convolution_weight_grad`, and ops that move elements.
#include "compiler/layout/channels_last.h"

#include "compiler/ir/build.h"
#include "compiler/ir/ops.h"
#include "compiler/ir/rules.h"
#include "compiler/simplify/axes.h"
#include "llvm/ADT/TypeSwitch.h"

namespace stator::layout {
namespace {

using mlir::Value;

constexpr int64_t imageToLast[]{0, 2, 3, 1};    // [N, C, H, W] -> [N, H, W, C]
constexpr int64_t imageToFirst[]{0, 3, 1, 2};   // and back
constexpr int64_t weightToLast[]{2, 3, 1, 0};   // [O, C / groups, KH, KW] -> [KH, KW, C / groups, O]
constexpr int64_t weightToFirst[]{3, 2, 0, 1};  // and back

/// Builds in place of one convolution op.
class Rewriter {
 public:
  explicit Rewriter(mlir::Operation* op) : builder_(op), location_(op->getLoc()), conv_(ir::ruleOf<rule::Conv2d>(op)) {}

  Value forward(ir::Conv2dOp op) {
    Value x = padded(permute(op.getX(), imageToLast), conv_.padding, Integers(0, 0));
    Value y = ir::buildOp(builder_, location_, convolution(conv_.stride), {x, permute(op.getWeight(), weightToLast)});
    return permute(y, imageToFirst);
  }

  Value weightGradient(ir::Conv2dWeightGradOp op) {
    Value x = padded(permute(op.getX(), imageToLast), conv_.padding, Integers(0, 0));
    rule::ConvolutionWeightGrad gradient{convolution(conv_.stride)};
    auto type = simplify::permuted(op.getResult().getType(), weightToLast);
    Value dw = ir::buildOpAs(builder_, location_, gradient, {x, permute(op.getDy(), imageToLast)}, type);
    return permute(dw, weightToFirst);
  }

  /// dy, with stride - 1 zeros between its elements, convolved with the flipped weight: [N, O, OH, OW] -> [N, C, H, W].
  Value inputGradient(ir::Conv2dInputGradOp op) {
    auto dx = op.getResult().getType(), dy = op.getDy().getType(), weight = op.getWeight().getType();
    Integers around, excess;
    for (int axis = 0; axis < 2; ++axis) {
      long reach = conv_.dilation[axis] * (weight.getDimSize(2 + axis) - 1);
      long spread = (dy.getDimSize(2 + axis) - 1) * conv_.stride[axis] + 1;
      long low = reach - conv_.padding[2 * axis], high = dx.getDimSize(2 + axis) + reach - spread - low;
      around.push(std::max(low, 0L)), around.push(std::max(high, 0L));
      excess.push(std::max(-low, 0L)), excess.push(std::max(-high, 0L));
    }
    Integers between(conv_.stride[0] - 1, conv_.stride[1] - 1);
    Value spread = cut(padded(permute(op.getDy(), imageToLast), around, between), excess);
    return permute(
        ir::buildOp(builder_, location_, convolution(Integers(1, 1)), {spread, backwardWeight(op.getWeight())}),
        imageToFirst);
  }

 private:
  rule::Convolution convolution(const Integers& stride) const { return {stride, conv_.dilation, conv_.groups}; }

  Value permute(Value x, llvm::ArrayRef<int64_t> axes) { return simplify::permute(builder_, location_, x, axes); }

  /// Zeros around height and width of [N, H, W, C] (top, bottom, left, right), and between their elements.
  Value padded(Value x, const Integers& around, const Integers& between) {
    rule::Pad pad{Integers(0, around[0], around[2], 0), Integers(0, around[1], around[3], 0),
                  Integers(0, between[0], between[1], 0), 0};
    bool nothing = around == Integers(0, 0, 0, 0) && between == Integers(0, 0);
    return nothing ? x : ir::buildOp(builder_, location_, pad, {x});
  }

  /// [N, H, W, C] without that many rows and columns at the top, bottom, left and right.
  Value cut(Value x, const Integers& excess) {
    if (excess == Integers(0, 0, 0, 0)) return x;
    auto type = llvm::cast<mlir::RankedTensorType>(x.getType());
    rule::Slice slice{Integers(0, excess[0], excess[2], 0),
                      Integers(-1, type.getDimSize(1) - excess[1], type.getDimSize(2) - excess[3], -1),
                      Integers(1, 1, 1, 1)};
    return ir::buildOp(builder_, location_, slice, {x});
  }

  /// [O, C / groups, KH, KW], turned around, -> [KH, KW, O / groups, C]: each group's own outputs lead to its inputs.
  Value backwardWeight(Value weight) {
    TensorSpec spec = ir::specOf(weight.getType());
    const Extents& w = spec.extents;
    Extent groups(conv_.groups), outputs(w[0].number / conv_.groups);
    Value flipped = ir::buildOp(builder_, location_, rule::Flip{Integers(2, 3)}, {weight});
    if (conv_.groups == 1) return permute(flipped, {2, 3, 0, 1});
    Value apart = reshaped(flipped, {spec.dtype, Extents{0, groups, outputs, w[1], w[2], w[3]}});
    Value moved = permute(apart, {3, 4, 1, 0, 2});  // [KH, KW, O / groups, groups, C / groups]
    return reshaped(moved, {spec.dtype, Extents{0, w[2], w[3], outputs, groups * w[1]}});
  }

  Value reshaped(Value x, const TensorSpec& spec) {
    return ir::buildOpAs(builder_, location_, rule::Reshape{}, {x}, ir::typeOf(builder_.getContext(), spec));
  }

  mlir::OpBuilder builder_;
  mlir::Location location_;
  rule::Conv2d conv_;
};

}  // namespace

void makeChannelsLast(mlir::func::FuncOp function) {
  function.walk([](mlir::Operation* op) {
    Value result = llvm::TypeSwitch<mlir::Operation*, Value>(op)
                       .Case([](ir::Conv2dOp conv) { return Rewriter(conv).forward(conv); })
                       .Case([](ir::Conv2dWeightGradOp conv) { return Rewriter(conv).weightGradient(conv); })
                       .Case([](ir::Conv2dInputGradOp conv) { return Rewriter(conv).inputGradient(conv); })
                       .Default([](auto) { return Value(); });
    if (!result) return;
    op->replaceAllUsesWith(mlir::ValueRange(result));
    op->erase();
  });
}

}  // namespace stator::layout
