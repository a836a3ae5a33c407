// Ops that share one order of axes, what another order would cost at their border, and rewriting them to it.
#pragma once

#include "compiler/simplify/axes.h"
#include "llvm/ADT/SetVector.h"
#include "mlir/IR/Operation.h"

namespace stator::layout {

using simplify::Axes;

/// Whether the op works in any order of its axes: it is elementwise, a broadcast, a pad, a reduction, a pooling, ...
bool worksInAnyOrder(mlir::Operation* op);

/// Members are in the order of the block.
using Cluster = llvm::SetVector<mlir::Operation*>;

/// The orders that permutes around the cluster suggest, the present one first.
llvm::SmallVector<Axes> candidateOrders(const Cluster& cluster);

/// How many elements are permuted at the border when the cluster's tensors have their axes in this order. Axis i in
/// memory is axis `order[i]` as written.
int64_t permutedElements(const Cluster& cluster, llvm::ArrayRef<int64_t> order);

/// Rewrites the members to that order, with permutes at the border.
void reorder(const Cluster& cluster, llvm::ArrayRef<int64_t> order);

}  // namespace stator::layout
