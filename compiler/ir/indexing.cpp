// Gather and scatter-add: each is the other's gradient.
#include "compiler/interface/ops/indexing.h"

#include <algorithm>

#include "compiler/ir/build.h"
#include "compiler/ir/element_index.h"
#include "compiler/ir/ops.h"

#define GET_OP_CLASSES
#include "compiler/ir/indexing.cpp.inc"

namespace stator::ir {

/// Calls `body(row of the table, row of the picked ones)` for each index, in order; rows are numbered from 0.
template <class Body> static void forEachRow(const TensorValue& indices, long axis, long extent, Body body) {
  long perTable = 1;
  for (size_t i = static_cast<size_t>(axis); i < indices.extents.size(); ++i) perTable *= indices.extents[i];
  for (size_t i = 0; i < indices.elements.size(); ++i) {
    long number = std::clamp(static_cast<long>(indices.elements[i]), 0L, extent - 1);
    body(static_cast<long>(i) / perTable * extent + number, static_cast<long>(i));
  }
}

/// The number of elements behind the gathered axis.
static long widthOf(mlir::RankedTensorType table, int64_t axis) {
  long width = 1;
  for (int64_t extent : table.getShape().drop_front(axis + 1)) width *= extent;
  return width;
}

llvm::FailureOr<Cotangents> GatherOp::vjp(mlir::OpBuilder& builder, mlir::Value cotangent) {
  rule::ScatterAdd sum{static_cast<long>(getAxis())};
  return Cotangents{buildOpAs(builder, getLoc(), sum, {getIndices(), cotangent}, getX().getType()), nullptr};
}

TensorValue GatherOp::interpret(Operands operands) {
  TensorValue result = filled(getType());
  long width = widthOf(getX().getType(), getAxis());
  forEachRow(*operands[1], getAxis(), getX().getType().getDimSize(getAxis()), [&](long from, long to) {
    std::copy_n(operands[0]->elements.begin() + from * width, width, result.elements.begin() + to * width);
  });
  return result;
}

llvm::FailureOr<Cotangents> ScatterAddOp::vjp(mlir::OpBuilder& builder, mlir::Value cotangent) {
  rule::Gather rows{static_cast<long>(getAxis())};
  return Cotangents{nullptr, buildOp(builder, getLoc(), rows, {cotangent, getIndices()})};
}

TensorValue ScatterAddOp::interpret(Operands operands) {
  TensorValue result = filled(getType());
  long width = widthOf(getType(), getAxis());
  forEachRow(*operands[0], getAxis(), getType().getDimSize(getAxis()), [&](long to, long from) {
    for (long i = 0; i < width; ++i) result.elements[to * width + i] += operands[1]->elements[from * width + i];
  });
  return result;
}

}  // namespace stator::ir
