// What an op is to a kernel: computed, a way of reading, free to repeat, or what a kernel is built around.
#pragma once

#include "compiler/ir/ops.h"

namespace stator::fuse {

enum class Role {
  compute,  ///< elementwise, or a draw
  view,     ///< another way of reading its operand
  source,   ///< costs nothing: made anew in every kernel that needs it
  reduction,
  contraction,
  window,
  gather,  ///< computed, from elements that lie elsewhere
  scatter,
  loop,   ///< no kernel: a region with kernels of its own
  kernel  ///< made already
};

/// Errors: InternalError for an op that phases before this one replace.
Role roleOf(mlir::Operation* op);

mlir::RankedTensorType typeOf(mlir::Value value);
int64_t elementCount(mlir::Value value);

/// The axes that a reduction goes over.
llvm::SmallVector<int64_t> reducedAxes(mlir::Operation* reduction);

/// Whether nothing but reduced axes follows the first of them.
bool reducesTrailingAxes(mlir::Operation* reduction);

/// Whether a permute exchanges the last two axes and nothing else.
bool swapsLastTwo(ir::PermuteOp permute);

/// How a value is reached from the base of its views.
struct ViewPath {
  mlir::Value base;        ///< no view
  bool plain = true;       ///< the same elements in the same order
  bool stretches = false;  ///< a broadcast repeats elements
  mlir::Value stretched;   ///< the one broadcast, where there is no other view than it and reshapes; otherwise null
};
ViewPath viewPath(mlir::Value value);

}  // namespace stator::fuse
