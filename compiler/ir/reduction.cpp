// Reductions: sum, max, argmax.
#include "compiler/interface/ops/reduction.h"

#include <cmath>
#include <functional>
#include <limits>

#include "compiler/interface/algebra.h"
#include "compiler/ir/element_index.h"
#include "compiler/ir/graph_algebra.h"
#include "compiler/ir/ops.h"

#define GET_OP_CLASSES
#include "compiler/ir/reduction.cpp.inc"

namespace stator::ir {

/// Folds each element of `x` into the element of `result` that has 0 for its indices along `axes`.
template <class Fold>
static void reduce(const TensorValue& x, llvm::ArrayRef<int64_t> axes, TensorValue& result, Fold fold) {
  Index strides = stridesOf(result.extents);
  for (int64_t axis : axes) strides[axis] = 0;
  forEachElement(x.extents, [&](llvm::ArrayRef<long> index, long offset) {
    double& into = result.elements[offsetOf(strides, index)];
    into = fold(into, x.elements[offset]);
  });
}

llvm::FailureOr<Cotangents> SumOp::vjp(mlir::OpBuilder& builder, mlir::Value cotangent) {
  return Cotangents{buildOpAs(builder, getLoc(), rule::Broadcast{}, {cotangent}, getX().getType())};
}

TensorValue SumOp::interpret(Operands operands) {
  TensorValue result = filled(getType());
  reduce(*operands[0], getAxes(), result, std::plus<>());
  return result;
}

/// Ties share the cotangent evenly.
llvm::FailureOr<Cotangents> MaxOp::vjp(mlir::OpBuilder& builder, mlir::Value cotangent) {
  auto stretched = [&](mlir::Value reduced) {
    return GraphValue{&builder, buildOpAs(builder, getLoc(), rule::Broadcast{}, {reduced}, getX().getType())};
  };
  GraphValue x{&builder, getX()}, dy{&builder, cotangent};
  GraphValue isGreatest = where(x == stretched(getResult()), constant(x, 1.0), constant(x, 0.0));
  GraphValue ties{&builder, buildOp(builder, getLoc(), rule::Sum{ruleOf<rule::Max>(*this).axes}, {isGreatest.value})};
  return Cotangents{(isGreatest * stretched((dy / ties).value)).value};
}

TensorValue MaxOp::interpret(Operands operands) {
  TensorValue result = filled(getType(), -std::numeric_limits<double>::infinity());
  reduce(*operands[0], getAxes(), result, algebra::maximum);
  return result;
}

TensorValue ArgmaxOp::interpret(Operands operands) {
  const TensorValue& x = *operands[0];
  TensorValue result = filled(getType());
  Index strides = stridesOf(x.extents);
  auto axis = static_cast<size_t>(getAxis());
  long stride = strides[axis];
  forEachElement(result.extents, [&](llvm::ArrayRef<long> index, long offset) {
    const double* row = &x.elements[offsetOf(strides, index)];
    long best = 0;
    for (long i = 1; i < x.extents[axis] && !std::isnan(row[best * stride]); ++i)
      if (row[i * stride] > row[best * stride] || std::isnan(row[i * stride])) best = i;
    result.elements[offset] = static_cast<double>(best);
  });
  return result;
}

}  // namespace stator::ir
