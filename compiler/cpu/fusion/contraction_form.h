// A matrix product or convolution of the dialect as a contraction form, its operands seen through permutations.
#pragma once

#include "compiler/ir/ops.h"
#include "compiler/kernels/contraction.h"

namespace stator::cpu {

/// A contraction, the region's arguments that it reads, and how its loops make up the result's axes.
struct FusedContraction {
  kernels::ContractionForm form;
  mlir::BlockArgument a;
  mlir::BlockArgument b;
  mlir::Value result;
  /// For each axis of the result the loops that it runs over, the last fastest: `outer` loops first, then `rows`, then
  /// the columns, by number.
  llvm::SmallVector<llvm::SmallVector<int, 2>, 4> axisLoops;
};

/// Errors: InternalError where the region holds no contraction, or one whose operands are not permuted arguments.
FusedContraction contractionOf(ir::FusionOp fusion);

}  // namespace stator::cpu
