// Constants, counters, counts, draws, and the ops that steer differentiation.
#include "compiler/interface/ops/source.h"

#include "compiler/ir/element_index.h"
#include "compiler/ir/ops.h"
#include "compiler/ir/verify.h"
#include "runtime/error.h"
#include "runtime/philox.h"

#define GET_OP_CLASSES
#include "compiler/ir/source.cpp.inc"

namespace stator::ir {

mlir::OpFoldResult ConstantOp::fold(FoldAdaptor) { return getValueAttr(); }

TensorValue ConstantOp::interpret(Operands) { return filled(getType(), getValue().convertToDouble()); }

TensorValue IotaOp::interpret(Operands) {
  TensorValue result = filled(getType());
  forEachElement(result.extents, [&](llvm::ArrayRef<long> index, long offset) {
    result.elements[offset] = static_cast<double>(index[getAxis()]);
  });
  return result;
}

/// All elements count as valid: where some are not, masks have replaced the op.
TensorValue CountOp::interpret(Operands operands) {
  TensorValue result = filled(getType(), 1);
  for (int64_t axis : getAxes()) result.elements[0] *= static_cast<double>(operands[0]->extents[axis]);
  return result;
}

TensorValue RandomUniformOp::interpret(Operands operands) {
  auto whole = [&](int i) { return static_cast<uint64_t>(static_cast<int64_t>(operands[i]->elements[0])); };
  RandomStream stream{whole(0), static_cast<uint32_t>(whole(1)), site_word(getSite(), getOccurrence())};
  TensorValue result = filled(getType());
  for (size_t i = 0; i < result.elements.size(); ++i) result.elements[i] = uniform(stream, i);
  return result;
}

llvm::FailureOr<Cotangents> RecomputeOp::vjp(mlir::OpBuilder&, mlir::Value cotangent) { return Cotangents{cotangent}; }

TensorValue RecomputeOp::interpret(Operands operands) { return *operands[0]; }

llvm::FailureOr<Cotangents> KnownOp::vjp(mlir::OpBuilder&, mlir::Value cotangent) {
  return Cotangents{cotangent, mlir::Value()};
}

TensorValue KnownOp::interpret(Operands operands) { return *operands[0]; }

TensorValue DetachOp::interpret(Operands operands) { return *operands[0]; }

TensorValue GradientOp::interpret(Operands) {
  throw InternalError("gradient: it has no value of its own; differentiate replaces it");
}

}  // namespace stator::ir
