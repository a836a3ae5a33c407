// Tensor types of the IR as the specs that shape rules compute with, and back.
#pragma once

#include "compiler/interface/tensor_spec.h"
#include "mlir/IR/BuiltinTypes.h"

namespace stator::ir {

DType dtypeOf(mlir::Type element);
mlir::Type elementType(mlir::MLIRContext* context, DType dtype);

/// The spec of a tensor type. An extent's number is what is stored, its symbols are those it came from: `batch` bound
/// to 32 is 32 * batch, which equals neither 32 nor `batch` bound to another number.
TensorSpec specOf(mlir::Type tensor);

/// The tensor type of a spec whose extents' numbers are what is to be stored.
mlir::RankedTensorType typeOf(mlir::MLIRContext* context, const TensorSpec& spec);

}  // namespace stator::ir
