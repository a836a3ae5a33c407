// Permutations of axes: composing, inverting, and telling those that move no elements.
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"

namespace stator::simplify {

using Axes = llvm::SmallVector<int64_t, 6>;

/// permute(permute(x, first), second) is permute(x, composed).
Axes compose(llvm::ArrayRef<int64_t> first, llvm::ArrayRef<int64_t> second);
Axes inverse(llvm::ArrayRef<int64_t> axes);
bool isIdentity(llvm::ArrayRef<int64_t> axes);

/// Whether permuting a tensor of this type leaves its elements in place in memory: only extents of 1 change their
/// place.
bool movesNothing(mlir::RankedTensorType type, llvm::ArrayRef<int64_t> axes);

mlir::RankedTensorType permuted(mlir::RankedTensorType type, llvm::ArrayRef<int64_t> axes);

/// `x` permuted; `x` itself for the identity.
mlir::Value permute(mlir::OpBuilder& builder, mlir::Location location, mlir::Value x, llvm::ArrayRef<int64_t> axes);

}  // namespace stator::simplify
