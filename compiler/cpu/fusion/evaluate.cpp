// Vector code for a value: a load, what is known already, or its op on its operands' lanes.
#include "compiler/cpu/fusion/evaluate.h"

#include "compiler/cpu/fusion/buffer_access.h"
#include "compiler/cpu/fusion/vector_value.h"
#include "compiler/interface/elementwise_rows.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/TypeSwitch.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "runtime/error.h"

namespace stator::cpu {
namespace {

using RowCode = VectorValue (*)(llvm::ArrayRef<VectorValue> operands);

template <class Row> VectorValue codeOf(llvm::ArrayRef<VectorValue> operands) {
  if constexpr (Row::operand_count == 1) return Row::value(operands[0]);
  else return Row::value(operands[0], operands[1]);
}

/// The vector code of each row of elementwise.def, by the op's name.
const llvm::StringMap<RowCode>& rowCodes() {
#define STATOR_UNARY(NAME, ...) {"stator." #NAME, codeOf<algebra::NAME##_row>},
#define STATOR_BINARY(NAME, ...) STATOR_UNARY(NAME)
#define STATOR_COMPARISON(NAME, ...) STATOR_UNARY(NAME)
#define STATOR_LOGICAL(NAME, ...) STATOR_UNARY(NAME)
  static const llvm::StringMap<RowCode> codes{
#include "compiler/interface/ops/elementwise.def"
  };
  return codes;
}

/// Whether a value holds positions along an axis, which 32 bits are enough to count.
bool isPosition(Value value) {
  auto iota = value.getDefiningOp<ir::IotaOp>();
  return iota && iota.getType().getElementType().isInteger(64);
}

mlir::Type elementOf(Value value) { return llvm::cast<mlir::RankedTensorType>(value.getType()).getElementType(); }

}  // namespace

Value Evaluator::evaluate(Value value, const TensorIndex& index) {
  if (Value known = values_.vectors.lookup(value)) return known;
  for (auto& [at, result] : done_[value])
    if (at == index) return result;
  Value result = compute(value, index);
  done_[value].push_back({index, result});
  return result;
}

Value Evaluator::load(const KeptRow& row, const TensorIndex& index) {
  LaneIndex at = math_.add(math_.linearize(llvm::ArrayRef(index.groups).take_back(row.axes)), row.first);
  int64_t elements = llvm::cast<mlir::MemRefType>(row.buffer.getType()).getNumElements();
  return loadLanes(math_, row.buffer, ix_.builder.getF32Type(), {{{elements, at}}, index.mask});
}

Value Evaluator::compute(Value value, const TensorIndex& index) {
  if (auto row = values_.rows.find(value); row != values_.rows.end()) return load(row->second, index);
  if (mlir::Operation* op = value.getDefiningOp()) return computeOp(op, index);
  return loadLanes(math_, values_.buffers.lookup(value), elementOf(value), index);
}

Value Evaluator::computeOp(mlir::Operation* op, const TensorIndex& index) {
  mlir::Type element = elementOf(op->getResult(0));
  return llvm::TypeSwitch<mlir::Operation*, Value>(op)
      .Case<ir::ReshapeOp, ir::DetachOp>([&](auto same) { return evaluate(same.getX(), index); })
      .Case([&](ir::BroadcastOp o) { return broadcast(o, index); })
      .Case([&](ir::PermuteOp o) { return permute(o, index); })
      .Case([&](ir::SliceOp o) { return slice(o, index); })
      .Case([&](ir::PadOp o) { return pad(o, index); })
      .Case([&](ir::FlipOp o) { return flip(o, index); })
      .Case([&](ir::GatherOp o) { return gather(o, index); })
      .Case([&](ir::ConstantOp o) {
        return splat(ix_, computeType(element), o.getValue().convertToDouble(), math_.lanes);
      })
      .Case([&](ir::IotaOp o) { return iota(o, index); })
      .Case([&](ir::RandomUniformOp o) { return randomUniform(o, index); })
      .Case([&](ir::CastOp o) { return convert(ix_, evaluate(o.getX(), index), elementOf(o.getX()), element); })
      .Case([&](ir::WhereOp o) {
        Value condition = evaluate(o.getCondition(), index), a = evaluate(o.getA(), index),
              b = evaluate(o.getB(), index);
        return ix_.builder.create<mlir::arith::SelectOp>(ix_.location, condition, a, b);
      })
      .Case([&](ir::MaxPool2dOp o) { return maxPool(o, index); })
      .Case([&](ir::MaxPool2dIndicesOp o) { return maxPoolIndices(o, index); })
      .Case([&](ir::AvgPool2dOp o) { return avgPool(o, index); })
      .Case([&](ir::MaxPool2dPositionsOp o) { return maxPoolPositions(o, index); })
      .Case([&](ir::MaxPool2dScatterOp o) { return maxPoolScatter(o, index); })
      .Case([&](ir::MaxPool2dGradOp o) { return maxPoolGrad(o, index); })
      .Case([&](ir::AvgPool2dGradOp o) { return avgPoolGrad(o, index); })
      .Default([&](mlir::Operation* o) { return elementwise(o, index); });
}

Value Evaluator::elementwise(mlir::Operation* op, const TensorIndex& index) {
  RowCode code = rowCodes().lookup(op->getName().getStringRef());
  if (!code) throw InternalError("lower-cpu: '" + op->getName().getStringRef().str() + "' has no vector code");
  llvm::SmallVector<VectorValue> operands;
  bool comparesPositions = elementOf(op->getResult(0)).isInteger(1) && llvm::all_of(op->getOperands(), isPosition);
  for (Value operand : op->getOperands()) {
    Value lanes = comparesPositions ? position(operand.getDefiningOp<ir::IotaOp>(), index) : evaluate(operand, index);
    operands.push_back({&ix_, lanes, isUnsigned(elementOf(operand))});
  }
  return code(operands).value;
}

Value Evaluator::splatOf(Value value, double number) {
  return splat(ix_, computeType(elementOf(value)), number, math_.lanes);
}

}  // namespace stator::cpu
