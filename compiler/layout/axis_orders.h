// In which order the axes of each tensor lie in memory: chosen cluster by cluster, so that the least has to be
// permuted.
#pragma once

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace stator::layout {

/// Ops that work in any order of axes form clusters with their neighbours. Each cluster takes the order, out of those
/// that permutes at its border suggest, for which the fewest elements are moved there; simplify then cancels the
/// permutes.
void assignAxisOrders(mlir::func::FuncOp function);

}  // namespace stator::layout
