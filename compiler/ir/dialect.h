// The stator dialect and the attribute that keeps symbols on tensor types. The ops are in compiler/ir/ops.h.
#pragma once

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/TensorEncoding.h"

#include "compiler/ir/dialect.h.inc"

#define GET_ATTRDEF_CLASSES
#include "compiler/ir/attributes.h.inc"

namespace stator::ir {

/// On a module: the number that each symbol is bound to, as a dictionary of i64.
inline constexpr llvm::StringLiteral bindingsAttr = "stator.bindings";
/// On an argument of a function: what it is. An input's number, a slot's number and name, or a scalar argument's name.
inline constexpr llvm::StringLiteral inputAttr = "stator.input";
inline constexpr llvm::StringLiteral slotAttr = "stator.slot";
inline constexpr llvm::StringLiteral nameAttr = "stator.name";
inline constexpr llvm::StringLiteral argumentAttr = "stator.argument";
/// On a result of a function: the result's number, or the slot that it becomes the value of.
inline constexpr llvm::StringLiteral resultAttr = "stator.result";
inline constexpr llvm::StringLiteral updateAttr = "stator.update";

/// On an op: the number of the block whose values are computed again for the gradient.
inline constexpr llvm::StringLiteral checkpointAttr = "stator.checkpoint";

}  // namespace stator::ir
