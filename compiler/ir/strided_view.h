// A tensor that lies in another one, element by element at fixed distances.
#pragma once

#include "compiler/ir/ops.h"

namespace stator::ir {

struct StridedView {
  mlir::Value base;                    ///< dense and row-major
  int64_t offset = 0;                  ///< of the first element, in elements
  llvm::SmallVector<int64_t> strides;  ///< for each axis of the view, in elements
  bool isSliced = false;               ///< a slice stands between view and base
};

/// `value` as a view of what stands behind its permutes, slices and reshapes, as far as strides can tell them; of
/// itself where nothing does.
StridedView stridedView(mlir::Value value);

}  // namespace stator::ir
