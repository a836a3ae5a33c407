// Convolution and its gradients, each the derivative of another; and the forms on images in a chosen order of axes.
#include "compiler/ir/build.h"
#include "compiler/ir/element_index.h"
#include "compiler/ir/ops.h"
#include "compiler/ir/rules.h"

#define GET_OP_CLASSES
#include "compiler/ir/convolution.cpp.inc"

namespace stator::ir {

/// A four-axis tensor with its axes named as convolution needs them, whatever their order in memory.
struct Axes4 {
  long extent[4];
  long stride[4];
};

/// Axis i of the result is axis `order[i]` of `value`, or of one of those that it is a stack of.
static Axes4 axesOf(const TensorValue& value, llvm::ArrayRef<int> order) {
  Index strides = stridesOf(value.extents);
  size_t stacked = value.extents.size() - 4;
  Axes4 axes{};
  for (int i = 0; i < 4; ++i)
    axes.extent[i] = value.extents[stacked + order[i]], axes.stride[i] = strides[stacked + order[i]];
  return axes;
}

/// The three tensors of a convolution: x [N, C, H, W], weight [O, C / groups, KH, KW], y [N, O, OH, OW].
struct ConvolutionAxes {
  Axes4 x, weight, y;
};

/// Where kernel position `k` meets the input for window `window` along one axis; -1 in the padding.
static long inputPosition(const rule::Conv2d& rule, int axis, long window, long k, long extent) {
  long at = window * rule.stride[axis] + k * rule.dilation[axis] - rule.padding[2 * axis];
  return at < extent ? at : -1;
}

/// Calls `body(x, weight, y)` with the offsets of the factors of one output plane's element: a sum over c, kh, kw.
template <class Body>
static void forEachTap(const rule::Conv2d& rule, const ConvolutionAxes& axes, llvm::ArrayRef<long> window, Body body) {
  const auto& [x, weight, y] = axes;
  long group = window[1] / (weight.extent[0] / rule.groups), firstChannel = group * weight.extent[1];
  long output = offsetOf(y.stride, window);
  for (long kh = 0; kh < weight.extent[2]; ++kh)
    for (long kw = 0; kw < weight.extent[3]; ++kw) {
      long h = inputPosition(rule, 0, window[2], kh, x.extent[2]),
           w = inputPosition(rule, 1, window[3], kw, x.extent[3]);
      if (h < 0 || w < 0) continue;
      for (long c = 0; c < weight.extent[1]; ++c)
        body(window[0] * x.stride[0] + (firstChannel + c) * x.stride[1] + h * x.stride[2] + w * x.stride[3],
             window[1] * weight.stride[0] + c * weight.stride[1] + kh * weight.stride[2] + kw * weight.stride[3],
             output);
    }
}

/// Calls `body(x, weight, y)` with the offsets of each product that a convolution sums.
template <class Body> static void forEachProduct(const rule::Conv2d& rule, const ConvolutionAxes& axes, Body body) {
  forEachElement(axes.y.extent, [&](llvm::ArrayRef<long> window, long) { forEachTap(rule, axes, window, body); });
}

/// Adds up the weight's gradient, or those of parts of the images: dy's images are its outermost axis.
static TensorValue weightGradient(const rule::Conv2d& rule, Operands operands, mlir::Type type,
                                  llvm::ArrayRef<int> imageOrder, llvm::ArrayRef<int> weightOrder) {
  const TensorValue &x = *operands[0], &dy = *operands[1];
  TensorValue dw = filled(type);
  long parts = dw.extents.size() == 5 ? dw.extents[0] : 1;
  long weights = std::ssize(dw.elements) / parts, cotangents = std::ssize(dy.elements) / parts;
  forEachProduct(
      rule, {axesOf(x, imageOrder), axesOf(dw, weightOrder), axesOf(dy, imageOrder)},
      [&](long i, long k, long o) { dw.elements[o / cotangents * weights + k] += x.elements[i] * dy.elements[o]; });
  return dw;
}

constexpr int inOrder[]{0, 1, 2, 3};
constexpr int kernelFirst[]{3, 2, 0, 1};  // O, C, KH, KW of [KH, KW, C, O]

static llvm::SmallVector<int, 4> orderOf(const rule::Convolution& rule) {
  const rule::ImageAxes axes = rule.axes();
  return {axes.n, axes.c, axes.h, axes.w};
}

llvm::FailureOr<Cotangents> Conv2dOp::vjp(mlir::OpBuilder& builder, mlir::Value cotangent) {
  rule::Conv2d rule = ruleOf<rule::Conv2d>(*this);
  return Cotangents{
      buildOpAs(builder, getLoc(), rule::Conv2dInputGrad{rule}, {cotangent, getWeight()}, getX().getType()),
      buildOpAs(builder, getLoc(), rule::Conv2dWeightGrad{rule}, {getX(), cotangent}, getWeight().getType())};
}

TensorValue Conv2dOp::interpret(Operands operands) {
  const TensorValue &x = *operands[0], &weight = *operands[1];
  TensorValue y = filled(getType());
  forEachProduct(ruleOf<rule::Conv2d>(*this), {axesOf(x, inOrder), axesOf(weight, inOrder), axesOf(y, inOrder)},
                 [&](long i, long k, long o) { y.elements[o] += x.elements[i] * weight.elements[k]; });
  return y;
}

/// Linear in dy and in weight: their derivatives are the convolution and its weight gradient, with x's place taken.
llvm::FailureOr<Cotangents> Conv2dInputGradOp::vjp(mlir::OpBuilder& builder, mlir::Value cotangent) {
  rule::Conv2d rule = ruleOf<rule::Conv2d>(*this);
  return Cotangents{
      buildOp(builder, getLoc(), rule, {cotangent, getWeight()}),
      buildOpAs(builder, getLoc(), rule::Conv2dWeightGrad{rule}, {cotangent, getDy()}, getWeight().getType())};
}

TensorValue Conv2dInputGradOp::interpret(Operands operands) {
  const TensorValue &dy = *operands[0], &weight = *operands[1];
  TensorValue dx = filled(getType());
  forEachProduct(ruleOf<rule::Conv2d>(*this), {axesOf(dx, inOrder), axesOf(weight, inOrder), axesOf(dy, inOrder)},
                 [&](long i, long k, long o) { dx.elements[i] += dy.elements[o] * weight.elements[k]; });
  return dx;
}

/// Linear in x and in dy: their derivatives are the input gradient and the convolution, with weight's place taken.
llvm::FailureOr<Cotangents> Conv2dWeightGradOp::vjp(mlir::OpBuilder& builder, mlir::Value cotangent) {
  rule::Conv2d rule = ruleOf<rule::Conv2d>(*this);
  return Cotangents{buildOpAs(builder, getLoc(), rule::Conv2dInputGrad{rule}, {getDy(), cotangent}, getX().getType()),
                    buildOp(builder, getLoc(), rule, {getX(), cotangent})};
}

TensorValue Conv2dWeightGradOp::interpret(Operands operands) {
  return weightGradient(ruleOf<rule::Conv2d>(*this), operands, getType(), inOrder, inOrder);
}

TensorValue ConvolutionOp::interpret(Operands operands) {
  const TensorValue &x = *operands[0], &weight = *operands[1];
  TensorValue y = filled(getType());
  auto rule = ruleOf<rule::Convolution>(*this);
  auto order = orderOf(rule);
  forEachProduct(rule.asWritten(), {axesOf(x, order), axesOf(weight, kernelFirst), axesOf(y, order)},
                 [&](long i, long k, long o) { y.elements[o] += x.elements[i] * weight.elements[k]; });
  return y;
}

TensorValue ConvolutionWeightGradOp::interpret(Operands operands) {
  auto rule = ruleOf<rule::Convolution>(*this);
  return weightGradient(rule.asWritten(), operands, getType(), orderOf(rule), kernelFirst);
}

}  // namespace stator::ir
