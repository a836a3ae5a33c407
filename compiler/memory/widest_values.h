// What lies in a planned function's arena while most of it is alive, for people who ask why it is so large.
#pragma once

#include "compiler/memory/buffer.h"

namespace stator::memory {

/// A value in the arena at the widest point: a result of a kernel.
struct WidestValue {
  mlir::Operation* maker = nullptr;
  int64_t size_bytes = 0;
};

/// The largest first. Values that lie at one place one after the other are one; what loops make is not
/// among them. None for a function without kernels.
llvm::SmallVector<WidestValue> widestValues(mlir::func::FuncOp function);

/// The kernel that runs then, or the loop that it is in; null: there is none.
mlir::Operation* widestMoment(mlir::func::FuncOp function);

}  // namespace stator::memory
