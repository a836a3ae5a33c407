// The reference meaning of a function of stator ops, at any phase from import to fuse.
#pragma once

#include <vector>

#include "compiler/interface/interpret.h"
#include "compiler/ir/ops.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace stator::ir {

/// The results for `arguments`, one value for each argument, computed op by op in doubles.
/// Errors: InternalError for an op that has no meaning as a value.
std::vector<TensorValue> interpretFunction(mlir::func::FuncOp function, const std::vector<TensorValue>& arguments,
                                           Arithmetic arithmetic = Arithmetic::exact);

}  // namespace stator::ir
