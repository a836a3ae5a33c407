// Rows of elementwise.def in doubles, rounded to the result's dtype.
#include "compiler/simplify/evaluate.h"

#include "compiler/interface/elementwise_rows.h"
#include "compiler/ir/ops.h"
#include "compiler/ir/tensor_type.h"
#include "llvm/ADT/StringMap.h"

namespace stator::simplify {
namespace {

using Evaluator = double (*)(llvm::ArrayRef<double>);

template <class Row> double evaluateRow(llvm::ArrayRef<double> x) {
  if constexpr (Row::operand_count == 1) return Row::value(x[0]);
  else return Row::value(x[0], x[1]);
}

const llvm::StringMap<Evaluator>& rows() {
  static const llvm::StringMap<Evaluator> table{
#define STATOR_UNARY(NAME, ...) {"stator." #NAME, evaluateRow<algebra::NAME##_row>},
#define STATOR_BINARY(NAME, ...) STATOR_UNARY(NAME)
#define STATOR_COMPARISON(NAME, ...) STATOR_UNARY(NAME)
#define STATOR_LOGICAL(NAME, ...) STATOR_UNARY(NAME)
#include "compiler/interface/ops/elementwise.def"
  };
  return table;
}

const llvm::fltSemantics& semanticsOf(DType dtype) {
  switch (dtype) {
    case DType::f64:
      return llvm::APFloat::IEEEdouble();
    case DType::f16:
      return llvm::APFloat::IEEEhalf();
    case DType::bf16:
      return llvm::APFloat::BFloat();
    default:
      return llvm::APFloat::IEEEsingle();
  }
}

/// Whether every value of a whole-number dtype and its range is exact in a double here.
bool fits(double value, DType dtype) {
  int bits = dtype == DType::boolean ? 1 : std::min(8 * size_bytes(dtype), 53);
  bool isUnsigned = dtype == DType::u8 || dtype == DType::boolean;
  double limit = std::ldexp(1.0, isUnsigned ? bits : bits - 1);
  return value < limit && value >= (isUnsigned ? 0 : -limit);
}

}  // namespace

bool isElementwise(mlir::Operation* op) {
  return llvm::isa<ir::WhereOp, ir::CastOp>(op) || rows().contains(op->getName().getStringRef());
}

std::optional<double> constantOf(mlir::Value value) {
  auto constant = value.getDefiningOp<ir::ConstantOp>();
  return constant ? std::optional(constant.getValue().convertToDouble()) : std::nullopt;
}

std::optional<double> rounded(double value, DType dtype) {
  if (!is_float(dtype)) {
    double whole = std::trunc(value);
    return fits(whole, dtype) ? std::optional(whole) : std::nullopt;
  }
  llvm::APFloat number(value);
  bool inexact = false;
  number.convert(semanticsOf(dtype), llvm::APFloat::rmNearestTiesToEven, &inexact);
  return number.convertToDouble();
}

std::optional<double> evaluate(mlir::Operation* op, llvm::ArrayRef<double> operands) {
  DType dtype = ir::specOf(op->getResult(0).getType()).dtype;
  if (llvm::isa<ir::CastOp>(op)) return dtype == DType::boolean ? operands[0] != 0 : rounded(operands[0], dtype);
  if (llvm::isa<ir::WhereOp>(op)) return operands[0] != 0 ? operands[1] : operands[2];
  auto row = rows().find(op->getName().getStringRef());
  if (row == rows().end()) return std::nullopt;
  return rounded(row->second(operands), dtype);
}

}  // namespace stator::simplify
