// Where the positions along an axis of a result come from.
#pragma once

#include "llvm/ADT/SmallVector.h"
#include "mlir/IR/Operation.h"

namespace stator::mask {

struct AxisSource {
  int operand = 0;
  int axis = 0;
};

/// The operands' axes that meet axis `axis` of the op's result position by position. None for an op that makes its
/// values of nothing, and for an axis that is stretched from 1. Not for `reshape`.
llvm::SmallVector<AxisSource> axisSources(mlir::Operation* op, int axis);

}  // namespace stator::mask
