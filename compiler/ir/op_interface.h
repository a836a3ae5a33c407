// The interface that every op of the dialect with a meaning of its own implements; generated from op_interface.td.
#pragma once

#include "compiler/interface/tensor_value.h"
#include "llvm/ADT/SmallVector.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/OpDefinition.h"

namespace stator::ir {

/// One for each operand; null: none.
using Cotangents = llvm::SmallVector<mlir::Value>;
using Operands = llvm::ArrayRef<const TensorValue*>;

}  // namespace stator::ir

#include "compiler/ir/op_interface.h.inc"
