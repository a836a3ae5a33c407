// The values that masks are made of: valid counts as arguments of the function, and which positions lie below them.
#pragma once

#include "compiler/mask/row_facts.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace stator::mask {

/// The argument `valid.<symbol>` of the function, a rank-0 i64; appended if it has none.
mlir::Value validCount(mlir::func::FuncOp function, Symbol symbol);

/// Whether each element of a tensor of type `like` is valid along `axis`, which has these factors. bool, of `like`'s
/// extents.
mlir::Value validMask(mlir::OpBuilder& builder, mlir::Location location, mlir::func::FuncOp function,
                      mlir::RankedTensorType like, int axis, llvm::ArrayRef<Factor> factors);

/// The number of valid elements over `axes` of a tensor of type `counted`, as a scalar of type `result`.
mlir::Value validElements(mlir::OpBuilder& builder, mlir::Location location, mlir::func::FuncOp function,
                          mlir::Type counted, llvm::ArrayRef<int64_t> axes, mlir::RankedTensorType result,
                          const Bindings& bindings);

}  // namespace stator::mask
