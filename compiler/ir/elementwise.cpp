// Elementwise ops: the rows of elementwise.def, `where` and `cast`.
#include "compiler/interface/elementwise_rows.h"
#include "compiler/ir/element_index.h"
#include "compiler/ir/graph_algebra.h"
#include "compiler/ir/ops.h"
#include "runtime/narrow_float.h"

namespace stator::ir {

template <class Row> static TensorValue interpretRow(mlir::Type type, Operands operands) {
  TensorValue result = filled(type);
  for (size_t i = 0; i < result.elements.size(); ++i) {
    if constexpr (Row::operand_count == 1) result.elements[i] = Row::value(operands[0]->elements[i]);
    else result.elements[i] = Row::value(operands[0]->elements[i], operands[1]->elements[i]);
  }
  return result;
}

/// A row without cotangents gives truth values, through which no gradient flows.
template <class Row> static Cotangents rowVjp(mlir::Operation* op, mlir::OpBuilder& builder, mlir::Value cotangent) {
  Cotangents cotangents(op->getNumOperands());
  auto at = [&](mlir::Value value) { return GraphValue{&builder, value}; };
  auto fill = [&](const auto& values) {
    for (auto [slot, graphValue] : llvm::zip_equal(cotangents, values)) slot = graphValue.value;
  };
  GraphValue y = at(op->getResult(0)), dy = at(cotangent);
  if constexpr (!requires { Row::cotangents(y, y, dy); } && !requires { Row::cotangents(y, y, y, dy); })
    return cotangents;
  else if constexpr (Row::operand_count == 1) fill(Row::cotangents(at(op->getOperand(0)), y, dy));
  else fill(Row::cotangents(at(op->getOperand(0)), at(op->getOperand(1)), y, dy));
  return cotangents;
}

}  // namespace stator::ir

#define GET_OP_CLASSES
#include "compiler/ir/elementwise.cpp.inc"

namespace stator::ir {

llvm::FailureOr<Cotangents> WhereOp::vjp(mlir::OpBuilder& builder, mlir::Value cotangent) {
  GraphValue condition{&builder, getCondition()}, dy{&builder, cotangent}, zero = constant(dy, 0.0);
  return Cotangents{{}, where(condition, dy, zero).value, where(condition, zero, dy).value};
}

TensorValue WhereOp::interpret(Operands operands) {
  TensorValue result = filled(getType());
  for (size_t i = 0; i < result.elements.size(); ++i)
    result.elements[i] = operands[operands[0]->elements[i] != 0 ? 1 : 2]->elements[i];
  return result;
}

llvm::FailureOr<Cotangents> CastOp::vjp(mlir::OpBuilder& builder, mlir::Value cotangent) {
  bool differentiable = is_float(specOf(getX().getType()).dtype) && is_float(specOf(getType()).dtype);
  if (!differentiable) return Cotangents{{}};
  return Cotangents{buildOpAs(builder, getLoc(), rule::Cast{}, {cotangent}, getX().getType())};
}

/// A number as a float of that dtype holds it; f32 and f64 hold what was computed. Narrow floats are made of f32.
static double narrowed(double number, DType dtype) {
  if (dtype == DType::bf16) return static_cast<double>(BFloat16(static_cast<float>(number)));
  if (dtype == DType::f16) return static_cast<double>(Half(static_cast<float>(number)));
  return number;
}

/// A whole number as its dtype holds it: the low bits. Source: torch.Tensor.to.
static double wrapped(double whole, DType dtype) {
  auto bits = static_cast<int64_t>(whole);
  switch (dtype) {
    case DType::i32:
      return static_cast<int32_t>(bits);
    case DType::i16:
      return static_cast<int16_t>(bits);
    case DType::i8:
      return static_cast<int8_t>(bits);
    case DType::u8:
      return static_cast<uint8_t>(bits);
    default:
      return static_cast<double>(bits);
  }
}

TensorValue CastOp::interpret(Operands operands) {
  TensorValue result = filled(getType());
  for (auto [to, from] : llvm::zip_equal(result.elements, operands[0]->elements)) {
    if (is_float(result.dtype)) to = narrowed(from, result.dtype);
    else if (result.dtype == DType::boolean) to = from != 0;
    else to = std::abs(from) < 0x1p63 ? wrapped(from, result.dtype) : 0;
  }
  return result;
}

}  // namespace stator::ir
