// Vector code for gather: rows of the operand where the indices say.
#include "compiler/cpu/fusion/buffer_access.h"
#include "compiler/cpu/fusion/evaluate.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/TypeUtilities.h"

namespace stator::cpu {

namespace arith = mlir::arith;

/// The whole numbers of `value`, a scalar or a vector, brought into [0, extent).
static Value clamped(const IndexBuilder& ix, Value value, int64_t extent, bool isUnsigned) {
  auto& b = ix.builder;
  auto number = [&](int64_t n) -> Value {
    auto vector = llvm::dyn_cast<mlir::VectorType>(value.getType());
    if (vector) return splat(ix, vector.getElementType(), static_cast<double>(n), vector.getNumElements());
    return b.create<arith::ConstantOp>(ix.location, b.getIntegerAttr(value.getType(), n));
  };
  // An extent that the type cannot count to bounds nothing.
  unsigned bits = mlir::getElementTypeOrSelf(value.getType()).getIntOrFloatBitWidth() - (isUnsigned ? 0 : 1);
  bool bounds = bits >= 63 || extent <= int64_t{1} << bits;
  if (isUnsigned) return bounds ? b.create<arith::MinUIOp>(ix.location, value, number(extent - 1)) : value;
  value = b.create<arith::MaxSIOp>(ix.location, value, number(0));
  return bounds ? b.create<arith::MinSIOp>(ix.location, value, number(extent - 1)) : value;
}

LaneIndex Evaluator::rowsAt(Value indices, const TensorIndex& place, int64_t extent) {
  auto& b = ix_.builder;
  mlir::Type element = llvm::cast<mlir::RankedTensorType>(indices.getType()).getElementType();
  Value numbers = evaluate(indices, place);
  bool uniform = llvm::all_of(place.groups, [](const AxisGroup& group) { return group.at.isUniform(); });
  if (!uniform) {
    Value rows = clamped(ix_, numbers, extent, isUnsigned(element));
    mlir::Type narrow = b.getI32Type();
    return math_.ofLanes(convert(ix_, rows, element, narrow));
  }
  Value first = b.create<mlir::vector::ExtractOp>(ix_.location, numbers, int64_t{0});
  Value row = clamped(ix_, first, extent, isUnsigned(element));
  // No longer negative.
  return {b.create<arith::IndexCastUIOp>(ix_.location, b.getIndexType(), row), 1, 0, 0, 1, {}};
}

Value Evaluator::gather(ir::GatherOp op, const TensorIndex& index) {
  llvm::ArrayRef<int64_t> table = op.getX().getType().getShape(), picked = op.getIndices().getType().getShape();
  int64_t axis = op.getAxis(), extent = table[axis];
  auto count = [](llvm::ArrayRef<int64_t> extents) { return mlir::ShapedType::getNumElements(extents); };
  TensorIndex result = math_.regroup(
      index, {count(table.take_front(axis)), count(picked.drop_front(axis)), count(table.drop_front(axis + 1))});
  TensorIndex place{{result.groups[0], result.groups[1]}, result.mask}, operand = result;
  operand.groups[1] = {extent, rowsAt(op.getIndices(), place, extent)};
  return evaluate(op.getX(), operand);
}

}  // namespace stator::cpu
