// A matrix product or convolution of the dialect as a contraction form, its operands seen through permutations and slices.
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

/// Errors: InternalError where the region holds no contraction, or one whose operands are not views of arguments.
FusedContraction contractionOf(ir::FusionOp fusion);

}  // namespace stator::cpu
