// Vector code for pooling over windows of two axes, and its gradients.
#include <cmath>

#include "compiler/cpu/fusion/buffer_access.h"
#include "compiler/cpu/fusion/evaluate.h"
#include "compiler/cpu/fusion/vector_value.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

namespace stator::cpu {

namespace arith = mlir::arith;

namespace {

/// The shape of a pooling op's image: its operand's forward, its result's backward.
mlir::RankedTensorType imageType(mlir::Operation* op) {
  bool backward = llvm::isa<ir::MaxPool2dGradOp, ir::AvgPool2dGradOp>(op);
  return llvm::cast<mlir::RankedTensorType>(backward ? op->getResult(0).getType() : op->getOperand(0).getType());
}

}  // namespace

/// `index` is of the op's result; height and width become groups of their own.
template <class Op> Evaluator::WindowPlace Evaluator::place(Op op, const TensorIndex& index) {
  llvm::SmallVector<int64_t> axes(op.getAxes());
  WindowPlace window;
  window.grouped = math_.regroup(index, isolate(op.getType().getShape(), axes));
  window.height = groupOf(axes, axes[0]), window.width = groupOf(axes, axes[1]);
  return window;
}

/// The element of `x` at (row, column) of the window; `outside` in the padding.
template <class Op>
Value Evaluator::windowElement(Op op, Value x, const WindowPlace& window, int64_t row, int64_t column, double outside) {
  TensorIndex index = window.grouped;
  Bounded places[2];
  for (int i = 0; i < 2; ++i) {
    AxisGroup& group = index.groups[i == 0 ? window.height : window.width];
    int64_t extent = imageType(op).getShape()[op.getAxes()[i]], padding = op.getPadding()[i];
    LaneIndex at = math_.add(math_.multiply(group.at, op.getStride()[i]), (i == 0 ? row : column) - padding);
    if (padding == 0) places[i].at = at;
    else places[i] = bound(at, extent, 1, !x.getDefiningOp());
    group = {extent, places[i].at};
    index.mask = bothMasks(ix_, index.mask, places[i].lanes);
  }
  Value element = evaluate(x, index), other = splatOf(x, outside);
  return choose(places[1], choose(places[0], element, other), other);
}

Evaluator::WindowMax Evaluator::windowMax(Value x, mlir::Operation* op, const WindowPlace& window) {
  for (auto& [at, result] : windows_[x])
    if (at == window.grouped) return result;
  auto& b = ix_.builder;
  WindowMax best;
  auto take = [&](auto pool) {
    int64_t columns = pool.getKernel()[1], size = pool.getKernel()[0] * columns;
    for (int64_t i = 0; i < size; ++i) {
      Value element = windowElement(pool, x, window, i / columns, i % columns, -INFINITY);
      Value position = splat(ix_, b.getI32Type(), static_cast<double>(i), math_.lanes);
      if (i == 0) {
        best = {element, position};
        continue;
      }
      // Greater or NaN, unless NaN has been found: the first of equals stays.
      Value above = b.create<arith::CmpFOp>(ix_.location, arith::CmpFPredicate::UGT, element, best.greatest);
      Value open = b.create<arith::CmpFOp>(ix_.location, arith::CmpFPredicate::ORD, best.greatest, best.greatest);
      Value better = b.create<arith::AndIOp>(ix_.location, above, open);
      best = {b.create<arith::SelectOp>(ix_.location, better, element, best.greatest),
              b.create<arith::SelectOp>(ix_.location, better, position, best.position)};
    }
  };
  if (auto forward = llvm::dyn_cast<ir::MaxPool2dOp>(op)) take(forward);
  else take(llvm::cast<ir::MaxPool2dGradOp>(op));
  windows_[x].push_back({window.grouped, best});
  return best;
}

Value Evaluator::maxPool(ir::MaxPool2dOp op, const TensorIndex& index) {
  return windowMax(op.getX(), op, place(op, index)).greatest;
}

Value Evaluator::avgPool(ir::AvgPool2dOp op, const TensorIndex& index) {
  WindowPlace window = place(op, index);
  int64_t columns = op.getKernel()[1], size = op.getKernel()[0] * columns;
  Value sum;
  for (int64_t i = 0; i < size; ++i) {
    Value element = windowElement(op, op.getX(), window, i / columns, i % columns, 0);
    sum = sum ? Value(ix_.builder.create<arith::AddFOp>(ix_.location, sum, element)) : element;
  }
  return ix_.builder.create<arith::DivFOp>(ix_.location, sum, splatOf(op.getX(), static_cast<double>(size)));
}

/// The sum over all windows that cover an element of the image of `share(window, position in it)`: the position is a
/// uniform or lane index along each axis.
template <class Op, class Share> Value Evaluator::scatterWindows(Op op, const TensorIndex& index, Share share) {
  auto& b = ix_.builder;
  WindowPlace image = place(op, index);
  Value dy = op.getDy();
  llvm::ArrayRef<int64_t> windows = llvm::cast<mlir::RankedTensorType>(dy.getType()).getShape();
  int64_t overlap[2];
  for (int i = 0; i < 2; ++i) overlap[i] = (op.getKernel()[i] + op.getStride()[i] - 1) / op.getStride()[i];
  Value zero = splatOf(dy, 0), sum;
  for (int64_t back = 0; back < overlap[0] * overlap[1]; ++back) {
    WindowPlace window = image;
    Bounded places[4];
    LaneIndex position[2];
    for (int i = 0; i < 2; ++i) {
      AxisGroup& group = window.grouped.groups[i == 0 ? window.height : window.width];
      int64_t extent = windows[op.getAxes()[i]], stride = op.getStride()[i];
      int64_t before = i == 0 ? back / overlap[1] : back % overlap[1];
      LaneIndex padded = math_.add(group.at, op.getPadding()[i]);
      position[i] = math_.add(math_.remainder(padded, stride), before * stride);
      bool alwaysCovered = before == 0 && op.getKernel()[i] == stride && op.getPadding()[i] == 0 &&
                           extent * stride == imageType(op).getShape()[op.getAxes()[i]];
      places[2 * i].at = math_.add(math_.divide(padded, stride), -before);
      if (!alwaysCovered) {
        places[2 * i] = bound(places[2 * i].at, extent, 1, false);
        if (op.getKernel()[i] % stride) places[2 * i + 1] = bound(position[i], op.getKernel()[i], 1, false);
      }
      group = {extent, places[2 * i].at};
    }
    Value term = share(window, position);
    for (const Bounded& covered : places) term = choose(covered, term, zero);
    sum = sum ? Value(b.create<arith::AddFOp>(ix_.location, sum, term)) : term;
  }
  return sum;
}

Value Evaluator::maxPoolGrad(ir::MaxPool2dGradOp op, const TensorIndex& index) {
  auto& b = ix_.builder;
  return scatterWindows(op, index, [&](const WindowPlace& window, const LaneIndex* position) {
    WindowMax best = windowMax(op.getX(), op, window);
    LaneIndex here = math_.add(math_.multiply(position[0], op.getKernel()[1]), position[1]);
    Value isHere = b.create<arith::CmpIOp>(ix_.location, arith::CmpIPredicate::eq, best.position, math_.allLanes(here));
    Value dy = evaluate(op.getDy(), window.grouped);
    return Value(b.create<arith::SelectOp>(ix_.location, isHere, dy, splatOf(op.getDy(), 0)));
  });
}

Value Evaluator::avgPoolGrad(ir::AvgPool2dGradOp op, const TensorIndex& index) {
  double size = static_cast<double>(op.getKernel()[0] * op.getKernel()[1]);
  return scatterWindows(op, index, [&](const WindowPlace& window, const LaneIndex*) {
    Value dy = evaluate(op.getDy(), window.grouped);
    return Value(ix_.builder.create<arith::DivFOp>(ix_.location, dy, splatOf(op.getDy(), size)));
  });
}

}  // namespace stator::cpu
