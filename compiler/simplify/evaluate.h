// Elementwise ops on known numbers, by the same rows that define them everywhere.
#pragma once

#include <optional>

#include "compiler/interface/dtype.h"
#include "llvm/ADT/ArrayRef.h"
#include "mlir/IR/Operation.h"

namespace stator::simplify {

/// Whether element i of the result depends on element i of each operand alone: the rows, `where` and `cast`.
bool isElementwise(mlir::Operation* op);

/// The value that a splat holds; none if `value` is not a constant.
std::optional<double> constantOf(mlir::Value value);

/// `value` as an element of `dtype` has it; none where a whole number does not fit.
std::optional<double> rounded(double value, DType dtype);

/// An element of the op's result, for an element of each operand.
std::optional<double> evaluate(mlir::Operation* op, llvm::ArrayRef<double> operands);

}  // namespace stator::simplify
