// What a backward loop reads from the forward one, and what it computes anew.
#pragma once

#include "llvm/ADT/DenseMap.h"
#include "mlir/IR/Value.h"

namespace stator::ir {

class LoopBuilder;

/// Values of the forward step by the elements of the backward step that stand for them.
using Residuals = llvm::SmallVector<std::pair<mlir::BlockArgument, mlir::Value>>;

/// The backward step begins with the whole forward step: `original` says which value of the forward step each of its
/// values is. Products, reductions and functions such as exp are kept instead, as elements; behind one, what follows
/// element by element and is all that reads it is kept in its place. Cheap elementwise ops stay and are computed again:
/// memory is slower than they are.
Residuals keepExpensive(LoopBuilder& loop, llvm::DenseMap<mlir::Value, mlir::Value> original);

}  // namespace stator::ir
