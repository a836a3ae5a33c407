// Vector code for ops that move elements: the operand at other lanes.
#include <numeric>

#include "compiler/cpu/fusion/buffer_access.h"
#include "compiler/cpu/fusion/evaluate.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace stator::cpu {

namespace arith = mlir::arith;

namespace {

llvm::ArrayRef<int64_t> shapeOf(Value value) { return llvm::cast<mlir::RankedTensorType>(value.getType()).getShape(); }

/// Axes that `touches` names.
template <class Touches> llvm::SmallVector<int64_t> axesWhere(int64_t rank, Touches touches) {
  llvm::SmallVector<int64_t> axes;
  for (int64_t axis = 0; axis < rank; ++axis)
    if (touches(axis)) axes.push_back(axis);
  return axes;
}

}  // namespace

llvm::SmallVector<int64_t> isolate(llvm::ArrayRef<int64_t> extents, llvm::ArrayRef<int64_t> alone) {
  llvm::SmallVector<int64_t> groups{1};
  for (int64_t axis = 0; axis < static_cast<int64_t>(extents.size()); ++axis) {
    if (llvm::is_contained(alone, axis)) groups.append({extents[axis], 1});
    else groups.back() *= extents[axis];
  }
  return groups;
}

int groupOf(llvm::ArrayRef<int64_t> alone, int64_t axis) {
  int before = 0;
  for (int64_t other : alone) before += other < axis;
  return 2 * before + 1;
}

Value Evaluator::broadcast(ir::BroadcastOp op, const TensorIndex& index) {
  llvm::ArrayRef<int64_t> from = shapeOf(op.getX()), to = shapeOf(op.getResult());
  llvm::SmallVector<int64_t> groups;
  llvm::SmallVector<bool> stretched;
  for (auto [a, b] : llvm::zip_equal(from, to)) {
    if (b == 1) continue;
    if (groups.empty() || stretched.back() != (a != b)) groups.push_back(1), stretched.push_back(a != b);
    groups.back() *= b;
  }
  TensorIndex operand = math_.regroup(index, groups);
  for (auto [group, stretch] : llvm::zip_equal(operand.groups, stretched))
    if (stretch) group = {1, {}};
  return evaluate(op.getX(), operand);
}

Value Evaluator::permute(ir::PermuteOp op, const TensorIndex& index) {
  llvm::ArrayRef<int64_t> to = shapeOf(op.getResult());
  llvm::SmallVector<int64_t> groups;
  llvm::SmallVector<std::pair<int64_t, size_t>> order;  // (axis of the operand, group of the result)
  int64_t previous = -2;
  for (auto [extent, axis] : llvm::zip_equal(to, op.getAxes())) {
    if (extent == 1) continue;
    bool follows = previous >= 0 && axis > previous;
    for (int64_t between = previous + 1; follows && between < axis; ++between)
      follows = shapeOf(op.getX())[between] == 1;
    if (!follows) order.push_back({axis, groups.size()}), groups.push_back(1);
    groups.back() *= extent;
    previous = axis;
  }
  TensorIndex result = math_.regroup(index, groups), operand;
  operand.mask = result.mask;
  llvm::sort(order);
  for (auto [axis, group] : order) operand.groups.push_back(result.groups[group]);
  return evaluate(op.getX(), operand);
}

Value Evaluator::slice(ir::SliceOp op, const TensorIndex& index) {
  llvm::ArrayRef<int64_t> from = shapeOf(op.getX()), to = shapeOf(op.getResult());
  auto alone = axesWhere(from.size(), [&](int64_t axis) { return from[axis] != to[axis]; });
  TensorIndex operand = math_.regroup(index, isolate(to, alone));
  for (int64_t axis : alone) {
    AxisGroup& group = operand.groups[groupOf(alone, axis)];
    group = {from[axis], math_.add(math_.multiply(group.at, op.getStep()[axis]), op.getStart()[axis])};
  }
  return evaluate(op.getX(), operand);
}

Value Evaluator::flip(ir::FlipOp op, const TensorIndex& index) {
  llvm::ArrayRef<int64_t> extents = shapeOf(op.getX());
  llvm::SmallVector<int64_t> alone(op.getAxes());
  llvm::sort(alone);
  TensorIndex operand = math_.regroup(index, isolate(extents, alone));
  for (int64_t axis : alone) {
    AxisGroup& group = operand.groups[groupOf(alone, axis)];
    group.at = math_.add(math_.multiply(group.at, -1), extents[axis] - 1);
  }
  return evaluate(op.getX(), operand);
}

Value Evaluator::isBelow(Value value, int64_t bound) {
  Value limit;
  if (auto vector = llvm::dyn_cast<mlir::VectorType>(value.getType()))
    limit = splat(ix_, vector.getElementType(), static_cast<double>(bound), math_.lanes);
  else limit = ix_.constant(bound);
  return ix_.builder.create<arith::CmpIOp>(ix_.location, arith::CmpIPredicate::ult, value, limit);
}

/// `at / dilation`, where `at` is a multiple of `dilation` below `extent * dilation`; elsewhere 0. Where a step is
/// kept, the caller masks the lanes instead.
Evaluator::Bounded Evaluator::bound(const LaneIndex& at, int64_t extent, int64_t dilation, bool keepsStep) {
  auto& b = ix_.builder;
  int64_t reach = (extent - 1) * dilation + 1;
  if (at.isUniform() && !at.base) {
    bool inside = at.offset >= 0 && at.offset < reach && at.offset % dilation == 0;
    if (inside) return {{{}, 1, at.offset / dilation, 0, 1, {}}, {}, {}};
    return {{}, b.create<arith::ConstantOp>(ix_.location, b.getBoolAttr(false)), {}};
  }
  if (dilation > 1 && at.isUniform() && at.scale % dilation == 0) {  // the base does not decide
    LaneIndex rest = math_.remainder(at, dilation);
    return bound(rest.offset == 0 ? math_.divide(at, dilation) : LaneIndex{{}, 1, -1, 0, 1, {}}, extent, 1, keepsStep);
  }
  if (dilation == 1 && !at.lanes && at.step != 0 && math_.staysWithin(at, extent)) {  // all lanes, or none
    Value first = math_.start(at), inside = isBelow(first, extent);
    Value safe = b.create<arith::SelectOp>(ix_.location, inside, first, ix_.constant(0));
    return {{safe, 1, 0, at.step, std::gcd(at.alignment(), extent), {}}, inside, {}};
  }
  Value value = at.isUniform() ? math_.start(at) : math_.allLanes(at);
  Value inside = isBelow(value, reach);
  Value zero = at.isUniform() ? ix_.constant(0) : splat(ix_, b.getI32Type(), 0, math_.lanes);
  if (dilation > 1) {
    Value by = at.isUniform() ? ix_.constant(dilation) : splat(ix_, b.getI32Type(), dilation, math_.lanes);
    Value rest = b.create<arith::RemUIOp>(ix_.location, value, by);
    Value even = b.create<arith::CmpIOp>(ix_.location, arith::CmpIPredicate::eq, rest, zero);
    inside = b.create<arith::AndIOp>(ix_.location, inside, even);
    value = b.create<arith::DivUIOp>(ix_.location, value, by);
  } else if (!at.isUniform() && !at.lanes && keepsStep) {
    return {at, {}, inside};
  }
  Value safe = b.create<arith::SelectOp>(ix_.location, inside, value, zero);
  if (at.isUniform()) return {{safe, 1, 0, 0, 1, {}}, inside, {}};
  return {math_.ofLanes(safe), {}, inside};
}

Value Evaluator::choose(const Bounded& place, Value inside, Value outside) {
  auto& b = ix_.builder;
  if (place.lanes) inside = b.create<arith::SelectOp>(ix_.location, place.lanes, inside, outside);
  if (place.uniform) inside = b.create<arith::SelectOp>(ix_.location, place.uniform, inside, outside);
  return inside;
}

Value Evaluator::pad(ir::PadOp op, const TensorIndex& index) {
  llvm::ArrayRef<int64_t> from = shapeOf(op.getX()), to = shapeOf(op.getResult());
  auto alone = axesWhere(from.size(), [&](int64_t axis) { return from[axis] != to[axis]; });
  TensorIndex operand = math_.regroup(index, isolate(to, alone));
  bool isBuffer = !op.getX().getDefiningOp();
  llvm::SmallVector<Bounded> places;
  for (int64_t axis : alone) {
    AxisGroup& group = operand.groups[groupOf(alone, axis)];
    Bounded place = bound(math_.add(group.at, -op.getLow()[axis]), from[axis], op.getInterior()[axis] + 1, isBuffer);
    group = {from[axis], place.at};
    operand.mask = bothMasks(ix_, operand.mask, place.lanes);
    places.push_back(place);
  }
  Value result = evaluate(op.getX(), operand), outside = splatOf(op.getResult(), op.getValue().convertToDouble());
  for (const Bounded& place : places) result = choose(place, result, outside);
  return result;
}

}  // namespace stator::cpu
