// A matrix product or convolution of the dialect as a contraction form, its operands seen through permutations and
// slices.
#pragma once

#include "compiler/ir/ops.h"
#include "compiler/kernels/contraction.h"

namespace stator::cpu {

/// A contraction, the region's arguments that it reads, and its loops in the order of the result's axes.
struct FusedContraction {
  kernels::ContractionForm form;
  mlir::BlockArgument a;
  mlir::BlockArgument b;
  mlir::Value result;
  /// The loops that the result's axes are made up of, in their order, the last fastest; one may run over several axes.
  /// By number: `outer` loops first, then `rows`, then the columns.
  llvm::SmallVector<int, 6> resultLoops;
};

/// A buffer seen as a tensor: the argument, where its first element lies, and the elements that a step along each axis
/// moves.
struct OperandView {
  mlir::BlockArgument buffer;
  int64_t offset = 0;
  llvm::SmallVector<int64_t> strides;
  llvm::ArrayRef<int64_t> shape;
};

/// Errors: InternalError where `value` is not an argument of a region, seen through permutations, slices and reshapes
/// that strides can tell.
OperandView viewOf(mlir::Value value);

/// Errors: InternalError where the region holds no contraction, or one whose operands are not views of arguments.
FusedContraction contractionOf(ir::FusionOp fusion);

}  // namespace stator::cpu
