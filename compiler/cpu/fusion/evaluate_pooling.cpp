// Vector code for pooling over windows of two axes, and its gradients.
#include <cmath>

#include "compiler/cpu/fusion/buffer_access.h"
#include "compiler/cpu/fusion/evaluate.h"
#include "compiler/cpu/fusion/vector_value.h"
#include "llvm/ADT/TypeSwitch.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

namespace stator::cpu {

namespace arith = mlir::arith;

namespace {

/// The shape of a pooling op's image: its operand's forward, its result's backward.
mlir::RankedTensorType imageType(mlir::Operation* op) {
  bool backward = llvm::isa<ir::MaxPool2dGradOp, ir::MaxPool2dScatterOp, ir::AvgPool2dGradOp>(op);
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
    int64_t extent = imageType(op).getShape()[op.getAxes()[i]], before = op.getPadding()[2 * i];
    int64_t inWindow = (i == 0 ? row : column) * op.getDilation()[i];
    LaneIndex at = math_.add(math_.multiply(group.at, op.getStride()[i]), inWindow - before);
    bool isInside = inWindow >= before && (group.extent - 1) * op.getStride()[i] + inWindow - before < extent;
    if (isInside) places[i].at = at;
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
  llvm::TypeSwitch<mlir::Operation*>(op)
      .Case<ir::MaxPool2dOp, ir::MaxPool2dIndicesOp, ir::MaxPool2dPositionsOp, ir::MaxPool2dGradOp>(take);
  windows_[x].push_back({window.grouped, best});
  return best;
}

Value Evaluator::maxPool(ir::MaxPool2dOp op, const TensorIndex& index) {
  return windowMax(op.getX(), op, place(op, index)).greatest;
}

/// Row and column of the window's first element, moved by its greatest one's place in it.
Value Evaluator::maxPoolIndices(ir::MaxPool2dIndicesOp op, const TensorIndex& index) {
  WindowPlace window = place(op, index);
  LaneIndex position = math_.ofLanes(windowMax(op.getX(), op, window).position), place[2];
  int64_t columns = op.getKernel()[1];
  for (int i = 0; i < 2; ++i) {
    LaneIndex first =
        math_.multiply(window.grouped.groups[i == 0 ? window.height : window.width].at, op.getStride()[i]);
    LaneIndex inWindow = i == 0 ? math_.divide(position, columns) : math_.remainder(position, columns);
    place[i] = math_.add(math_.add(first, math_.multiply(inWindow, op.getDilation()[i])), -op.getPadding()[2 * i]);
  }
  LaneIndex inPlane = math_.add(math_.multiply(place[0], imageType(op).getShape()[op.getAxes()[1]]), place[1]);
  return convert(ix_, math_.allLanes(inPlane), ix_.builder.getI32Type(), op.getType().getElementType());
}

Value Evaluator::maxPoolPositions(ir::MaxPool2dPositionsOp op, const TensorIndex& index) {
  Value position = windowMax(op.getX(), op, place(op, index)).position;
  return convert(ix_, position, ix_.builder.getI32Type(), op.getType().getElementType());
}

Value Evaluator::avgPool(ir::AvgPool2dOp op, const TensorIndex& index) {
  WindowPlace window = place(op, index);
  int64_t columns = op.getKernel()[1], size = op.getKernel()[0] * columns;
  Value sum;
  for (int64_t i = 0; i < size; ++i) {
    Value element = windowElement(op, op.getX(), window, i / columns, i % columns, 0);
    sum = sum ? Value(ix_.builder.create<arith::AddFOp>(ix_.location, sum, element)) : element;
  }
  return ix_.builder.create<arith::DivFOp>(ix_.location, sum, splatOf(op.getX(), static_cast<double>(op.getDivisor())));
}

/// How many windows may cover an element along one axis.
template <class Op> static int64_t turnsOf(Op op, int i) {
  int64_t kernel = op.getKernel()[i], stride = op.getStride()[i];
  return op.getDilation()[i] > 1 ? kernel : (kernel + stride - 1) / stride;
}

/// Windows from the last that begins at or before the element; where a window has gaps, one for each place in it.
template <class Op> Evaluator::Covering Evaluator::cover(Op op, int i, const LaneIndex& at, int64_t turn) {
  int64_t axis = op.getAxes()[i], image = imageType(op).getShape()[axis], kernel = op.getKernel()[i];
  int64_t windows = llvm::cast<mlir::RankedTensorType>(op.getDy().getType()).getShape()[axis];
  int64_t stride = op.getStride()[i], before = op.getPadding()[2 * i];
  LaneIndex padded = math_.add(at, before);
  if (op.getDilation()[i] > 1)
    return {bound(math_.add(padded, -turn * op.getDilation()[i]), windows, stride, false), {{}, 1, turn, 0, 1, {}}, {}};
  Covering covering;
  covering.position = math_.add(math_.remainder(padded, stride), turn * stride);
  covering.window.at = math_.add(math_.divide(padded, stride), -turn);
  if (turn == 0 && kernel == stride && before == 0 && windows * stride == image) return covering;
  covering.window = bound(covering.window.at, windows, 1, false);
  if (kernel % stride) covering.inWindow = bound(covering.position, kernel, 1, false);
  return covering;
}

/// The sum over all windows that cover an element of the image of `share(window, position in it)`: the position is a
/// uniform or lane index along each axis.
template <class Op, class Share> Value Evaluator::scatterWindows(Op op, const TensorIndex& index, Share share) {
  auto& b = ix_.builder;
  WindowPlace image = place(op, index);
  llvm::ArrayRef<int64_t> windows = llvm::cast<mlir::RankedTensorType>(op.getDy().getType()).getShape();
  Value zero = splatOf(op.getDy(), 0), sum;
  for (int64_t row = 0; row < turnsOf(op, 0); ++row) {
    for (int64_t column = 0; column < turnsOf(op, 1); ++column) {
      WindowPlace window = image;
      AxisGroup *height = &window.grouped.groups[window.height], *width = &window.grouped.groups[window.width];
      Covering covers[2]{cover(op, 0, height->at, row), cover(op, 1, width->at, column)};
      *height = {windows[op.getAxes()[0]], covers[0].window.at};
      *width = {windows[op.getAxes()[1]], covers[1].window.at};
      LaneIndex position[2]{covers[0].position, covers[1].position};
      Value term = share(window, position);
      for (const Covering& cover : covers) term = choose(cover.inWindow, choose(cover.window, term, zero), zero);
      sum = sum ? Value(b.create<arith::AddFOp>(ix_.location, sum, term)) : term;
    }
  }
  return sum;
}

/// A window's cotangent for the element at `position` in it, which is `greatest` or gets none.
template <class Op>
Value Evaluator::shareAt(Op op, const WindowPlace& window, const LaneIndex* position, Value greatest) {
  auto& b = ix_.builder;
  LaneIndex here = math_.add(math_.multiply(position[0], op.getKernel()[1]), position[1]);
  Value isHere = b.create<arith::CmpIOp>(ix_.location, arith::CmpIPredicate::eq, greatest, math_.allLanes(here));
  return b.create<arith::SelectOp>(ix_.location, isHere, evaluate(op.getDy(), window.grouped), splatOf(op.getDy(), 0));
}

Value Evaluator::maxPoolGrad(ir::MaxPool2dGradOp op, const TensorIndex& index) {
  return scatterWindows(op, index, [&](const WindowPlace& window, const LaneIndex* position) {
    return shareAt(op, window, position, windowMax(op.getX(), op, window).position);
  });
}

Value Evaluator::maxPoolScatter(ir::MaxPool2dScatterOp op, const TensorIndex& index) {
  mlir::Type byte = mlir::getElementTypeOrSelf(op.getPositions());
  return scatterWindows(op, index, [&](const WindowPlace& window, const LaneIndex* position) {
    Value greatest = convert(ix_, evaluate(op.getPositions(), window.grouped), byte, ix_.builder.getI32Type());
    return shareAt(op, window, position, greatest);
  });
}

Value Evaluator::avgPoolGrad(ir::AvgPool2dGradOp op, const TensorIndex& index) {
  double divisor = static_cast<double>(op.getDivisor());
  return scatterWindows(op, index, [&](const WindowPlace& window, const LaneIndex*) {
    Value dy = evaluate(op.getDy(), window.grouped);
    if (divisor == 1) return dy;
    return Value(ix_.builder.create<arith::DivFOp>(ix_.location, dy, splatOf(op.getDy(), divisor)));
  });
}

}  // namespace stator::cpu
