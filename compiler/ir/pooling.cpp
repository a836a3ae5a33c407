// Pooling and its gradients.
#include <cmath>

#include "compiler/ir/build.h"
#include "compiler/ir/element_index.h"
#include "compiler/ir/ops.h"
#include "compiler/ir/rules.h"

namespace stator::ir {

static bool areTwoOfFourAxes(llvm::ArrayRef<int64_t> axes) {
  return axes.size() == 2 && axes[0] != axes[1] && llvm::all_of(axes, [](int64_t a) { return a >= 0 && a < 4; });
}

}  // namespace stator::ir

#define GET_OP_CLASSES
#include "compiler/ir/pooling.cpp.inc"

namespace stator::ir {

/// Calls `body(x's offset)` for each element of x inside the window with index `window`, in row-major order.
template <class Body> static void forEachInWindow(const rule::Window2d& rule, llvm::ArrayRef<long> extents,
                                                  llvm::ArrayRef<long> window, Body body) {
  Index strides = stridesOf(extents), at(window);
  long h = rule.axes[0], w = rule.axes[1];
  for (long kh = 0; kh < rule.kernel[0]; ++kh)
    for (long kw = 0; kw < rule.kernel[1]; ++kw) {
      at[h] = window[h] * rule.stride[0] + kh * rule.dilation[0] - rule.padding[0];
      at[w] = window[w] * rule.stride[1] + kw * rule.dilation[1] - rule.padding[2];
      if (at[h] >= 0 && at[h] < extents[h] && at[w] >= 0 && at[w] < extents[w]) body(offsetOf(strides, at));
    }
}

/// The offset of the first of the window's greatest elements; NaN counts as greatest. -1: all of it is padding.
static long greatestInWindow(const rule::Window2d& rule, const TensorValue& x, llvm::ArrayRef<long> window) {
  long best = -1;
  forEachInWindow(rule, x.extents, window, [&](long offset) {
    bool unbeaten = best >= 0 && (std::isnan(x.elements[best]) ||
                                  (x.elements[offset] <= x.elements[best] && !std::isnan(x.elements[offset])));
    if (!unbeaten) best = offset;
  });
  return best;
}

llvm::FailureOr<Cotangents> MaxPool2dOp::vjp(mlir::OpBuilder& builder, mlir::Value cotangent) {
  rule::MaxPool2dGrad grad{ruleOf<rule::MaxPool2d>(*this)};
  return Cotangents{buildOp(builder, getLoc(), grad, {getX(), cotangent})};
}

TensorValue MaxPool2dOp::interpret(Operands operands) {
  const TensorValue& x = *operands[0];
  rule::MaxPool2d rule = ruleOf<rule::MaxPool2d>(*this);
  TensorValue y = filled(getType());
  forEachElement(y.extents, [&](llvm::ArrayRef<long> window, long offset) {
    long greatest = greatestInWindow(rule, x, window);
    y.elements[offset] = greatest < 0 ? -INFINITY : x.elements[greatest];
  });
  return y;
}

/// For each window `body(window, row, column)` of its greatest element's place in the plane; `nothing` where all of it
/// is padding.
template <class Body> static TensorValue atGreatest(const rule::MaxPool2d& rule, const TensorValue& x, mlir::Type type,
                                                    double nothing, Body body) {
  Index strides = stridesOf(x.extents);
  TensorValue y = filled(type, nothing);
  long h = rule.axes[0], w = rule.axes[1];
  forEachElement(y.extents, [&](llvm::ArrayRef<long> window, long offset) {
    long greatest = greatestInWindow(rule, x, window);
    if (greatest < 0) return;
    long row = greatest / strides[h] % x.extents[h], column = greatest / strides[w] % x.extents[w];
    y.elements[offset] = static_cast<double>(body(window, row, column));
  });
  return y;
}

TensorValue MaxPool2dIndicesOp::interpret(Operands operands) {
  const TensorValue& x = *operands[0];
  rule::MaxPool2d rule = ruleOf<rule::MaxPool2d>(*this);
  return atGreatest(rule, x, getType(), -1, [&](llvm::ArrayRef<long>, long row, long column) {
    return row * x.extents[rule.axes[1]] + column;
  });
}

/// Of a window that is all padding, 0: no element takes its cotangent.
TensorValue MaxPool2dPositionsOp::interpret(Operands operands) {
  rule::MaxPool2d rule = ruleOf<rule::MaxPool2d>(*this);
  return atGreatest(rule, *operands[0], getType(), 0, [&](llvm::ArrayRef<long> window, long row, long column) {
    row += rule.padding[0] - window[rule.axes[0]] * rule.stride[0];
    column += rule.padding[2] - window[rule.axes[1]] * rule.stride[1];
    return row / rule.dilation[0] * rule.kernel[1] + column / rule.dilation[1];
  });
}

TensorValue MaxPool2dScatterOp::interpret(Operands operands) {
  const TensorValue &dy = *operands[0], &positions = *operands[1];
  rule::MaxPool2d rule = ruleOf<rule::MaxPool2d>(*this);
  TensorValue dx = filled(getType());
  Index strides = stridesOf(dx.extents);
  forEachElement(dy.extents, [&](llvm::ArrayRef<long> window, long offset) {
    long position = static_cast<long>(positions.elements[offset]), h = rule.axes[0], w = rule.axes[1];
    Index at(window);
    at[h] = window[h] * rule.stride[0] + position / rule.kernel[1] * rule.dilation[0] - rule.padding[0];
    at[w] = window[w] * rule.stride[1] + position % rule.kernel[1] * rule.dilation[1] - rule.padding[2];
    if (at[h] >= 0 && at[h] < dx.extents[h] && at[w] >= 0 && at[w] < dx.extents[w])
      dx.elements[offsetOf(strides, at)] += dy.elements[offset];
  });
  return dx;
}

TensorValue MaxPool2dGradOp::interpret(Operands operands) {
  const TensorValue &x = *operands[0], &dy = *operands[1];
  rule::MaxPool2d rule = ruleOf<rule::MaxPool2d>(*this);
  TensorValue dx = filled(getType());
  forEachElement(dy.extents, [&](llvm::ArrayRef<long> window, long offset) {
    long greatest = greatestInWindow(rule, x, window);
    if (greatest >= 0) dx.elements[greatest] += dy.elements[offset];
  });
  return dx;
}

llvm::FailureOr<Cotangents> AvgPool2dOp::vjp(mlir::OpBuilder& builder, mlir::Value cotangent) {
  rule::AvgPool2dGrad grad{ruleOf<rule::AvgPool2d>(*this)};
  return Cotangents{buildOpAs(builder, getLoc(), grad, {cotangent}, getX().getType())};
}

TensorValue AvgPool2dOp::interpret(Operands operands) {
  const TensorValue& x = *operands[0];
  rule::AvgPool2d rule = ruleOf<rule::AvgPool2d>(*this);
  TensorValue y = filled(getType());
  forEachElement(y.extents, [&](llvm::ArrayRef<long> window, long offset) {
    forEachInWindow(rule, x.extents, window, [&](long at) { y.elements[offset] += x.elements[at]; });
    y.elements[offset] /= static_cast<double>(rule.divisor);
  });
  return y;
}

llvm::FailureOr<Cotangents> AvgPool2dGradOp::vjp(mlir::OpBuilder& builder, mlir::Value cotangent) {
  return Cotangents{buildOp(builder, getLoc(), ruleOf<rule::AvgPool2d>(*this), {cotangent})};
}

TensorValue AvgPool2dGradOp::interpret(Operands operands) {
  const TensorValue& dy = *operands[0];
  rule::AvgPool2d rule = ruleOf<rule::AvgPool2d>(*this);
  TensorValue dx = filled(getType());
  forEachElement(dy.extents, [&](llvm::ArrayRef<long> window, long offset) {
    forEachInWindow(rule, dx.extents, window,
                    [&](long at) { dx.elements[at] += dy.elements[offset] / static_cast<double>(rule.divisor); });
  });
  return dx;
}

}  // namespace stator::ir
