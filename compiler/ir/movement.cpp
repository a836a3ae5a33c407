// Ops that move elements: each derivative is the opposite movement.
#include "compiler/interface/ops/movement.h"

#include "compiler/interface/ops/elementwise.h"
#include "compiler/interface/ops/reduction.h"
#include "compiler/ir/build.h"
#include "compiler/ir/element_index.h"
#include "compiler/ir/ops.h"

#define GET_OP_CLASSES
#include "compiler/ir/movement.cpp.inc"

namespace stator::ir {

llvm::FailureOr<Cotangents> BroadcastOp::vjp(mlir::OpBuilder& builder, mlir::Value cotangent) {
  rule::Sum overStretched;
  Extents from = specOf(getX().getType()).extents, to = specOf(getType()).extents;
  for (int axis = 0; axis < from.rank; ++axis)
    if (from[axis] != to[axis]) overStretched.axes.push(axis);
  return Cotangents{buildOp(builder, getLoc(), overStretched, {cotangent})};
}

TensorValue BroadcastOp::interpret(Operands operands) {
  return gather(*operands[0], getType(), [&](llvm::ArrayRef<long> index) {
    Index source(index);
    for (size_t axis = 0; axis < source.size(); ++axis)
      if (operands[0]->extents[axis] == 1) source[axis] = 0;
    return source;
  });
}

llvm::FailureOr<Cotangents> ReshapeOp::vjp(mlir::OpBuilder& builder, mlir::Value cotangent) {
  return Cotangents{buildOpAs(builder, getLoc(), rule::Reshape{}, {cotangent}, getX().getType())};
}

TensorValue ReshapeOp::interpret(Operands operands) {
  TensorValue result = filled(getType());
  result.elements = operands[0]->elements;
  return result;
}

llvm::FailureOr<Cotangents> PermuteOp::vjp(mlir::OpBuilder& builder, mlir::Value cotangent) {
  rule::Permute inverse;
  inverse.axes.count = static_cast<int>(getAxes().size());
  for (auto [to, from] : llvm::enumerate(getAxes())) inverse.axes.at[from] = static_cast<long>(to);
  return Cotangents{buildOp(builder, getLoc(), inverse, {cotangent})};
}

TensorValue PermuteOp::interpret(Operands operands) {
  return gather(*operands[0], getType(), [&](llvm::ArrayRef<long> index) {
    Index source(index.size());
    for (auto [to, from] : llvm::enumerate(getAxes())) source[from] = index[to];
    return source;
  });
}

llvm::FailureOr<Cotangents> SliceOp::vjp(mlir::OpBuilder& builder, mlir::Value cotangent) {
  rule::Slice slice = ruleOf<rule::Slice>(*this);
  rule::Pad zerosAround;
  for (int axis = 0; axis < slice.start.count; ++axis) {
    long extent = getX().getType().getDimSize(axis), taken = getType().getDimSize(axis);
    long reach = taken == 0 ? 0 : slice.start[axis] + (taken - 1) * slice.step[axis] + 1;
    zerosAround.low.push(taken == 0 ? 0 : slice.start[axis]);
    zerosAround.high.push(extent - reach);
    zerosAround.interior.push(slice.step[axis] - 1);
  }
  return Cotangents{buildOp(builder, getLoc(), zerosAround, {cotangent})};
}

TensorValue SliceOp::interpret(Operands operands) {
  return gather(*operands[0], getType(), [&](llvm::ArrayRef<long> index) {
    Index source(index.size());
    for (size_t axis = 0; axis < source.size(); ++axis) source[axis] = getStart()[axis] + index[axis] * getStep()[axis];
    return source;
  });
}

llvm::FailureOr<Cotangents> PadOp::vjp(mlir::OpBuilder& builder, mlir::Value cotangent) {
  rule::Pad pad = ruleOf<rule::Pad>(*this);
  rule::Slice inside;
  for (int axis = 0; axis < pad.low.count; ++axis) {
    long extent = getX().getType().getDimSize(axis), step = pad.interior[axis] + 1;
    bool whole = pad.low[axis] == 0 && pad.high[axis] == 0 && step == 1;
    inside.start.push(pad.low[axis]);
    inside.stop.push(whole ? -1 : pad.low[axis] + (extent == 0 ? 0 : (extent - 1) * step + 1));
    inside.step.push(step);
  }
  return Cotangents{buildOp(builder, getLoc(), inside, {cotangent})};
}

TensorValue PadOp::interpret(Operands operands) {
  TensorValue result = filled(getType(), getValue().convertToDouble());
  Index strides = stridesOf(result.extents);
  forEachElement(operands[0]->extents, [&](llvm::ArrayRef<long> index, long offset) {
    Index to(index.size());
    for (size_t axis = 0; axis < to.size(); ++axis) to[axis] = getLow()[axis] + index[axis] * (getInterior()[axis] + 1);
    result.elements[offsetOf(strides, to)] = operands[0]->elements[offset];
  });
  return result;
}

llvm::FailureOr<Cotangents> FlipOp::vjp(mlir::OpBuilder& builder, mlir::Value cotangent) {
  return Cotangents{buildOp(builder, getLoc(), ruleOf<rule::Flip>(*this), {cotangent})};
}

TensorValue FlipOp::interpret(Operands operands) {
  return gather(*operands[0], getType(), [&](llvm::ArrayRef<long> index) {
    Index source(index);
    for (int64_t axis : getAxes()) source[axis] = operands[0]->extents[axis] - 1 - index[axis];
    return source;
  });
}

llvm::FailureOr<Cotangents> CatOp::vjp(mlir::OpBuilder& builder, mlir::Value cotangent) {
  long axis = static_cast<long>(getAxis()), before = 0;
  Cotangents parts;
  for (mlir::Value part : getParts()) {
    rule::Slice own;
    for (int at = 0; at < getType().getRank(); ++at) own.start.push(0), own.stop.push(-1), own.step.push(1);
    own.start.at[axis] = before;
    before += llvm::cast<mlir::RankedTensorType>(part.getType()).getDimSize(axis);
    own.stop.at[axis] = before;
    parts.push_back(buildOp(builder, getLoc(), own, {cotangent}));
  }
  return parts;
}

TensorValue CatOp::interpret(Operands operands) {
  TensorValue result = filled(getType());
  Index strides = stridesOf(result.extents);
  long before = 0;
  for (const TensorValue* part : operands) {
    forEachElement(part->extents, [&](llvm::ArrayRef<long> index, long offset) {
      Index to(index);
      to[getAxis()] += before;
      result.elements[offsetOf(strides, to)] = part->elements[offset];
    });
    before += part->extents[getAxis()];
  }
  return result;
}

/// The part that an element comes from is chosen by its position, among the parts with zeros around them.
mlir::Value CatOp::decompose(mlir::OpBuilder& builder) {
  int64_t axis = getAxis(), extent = getType().getDimSize(axis), before = 0;
  mlir::Type positions = getType().clone(builder.getI64Type());
  mlir::Value position = builder.create<IotaOp>(getLoc(), positions, axis), joined;
  for (mlir::Value part : getParts()) {
    int64_t own = llvm::cast<mlir::RankedTensorType>(part.getType()).getDimSize(axis);
    rule::Pad zeros;
    for (int at = 0; at < getType().getRank(); ++at) zeros.low.push(0), zeros.high.push(0), zeros.interior.push(0);
    zeros.low.at[axis] = before;
    zeros.high.at[axis] = extent - before - own;
    mlir::Value amongZeros = buildOp(builder, getLoc(), zeros, {part});
    mlir::Value start = buildConstant(builder, getLoc(), positions, static_cast<double>(before));
    mlir::Value isBefore = joined ? buildOp(builder, getLoc(), rule::less{}, {position, start}) : nullptr;
    joined = joined ? buildOp(builder, getLoc(), rule::Where{}, {isBefore, joined, amongZeros}) : amongZeros;
    before += own;
  }
  return joined;
}

}  // namespace stator::ir
