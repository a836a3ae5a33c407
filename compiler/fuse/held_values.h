// What kernels leave in memory for other kernels, told from groups before they are kernels.
#pragma once

#include <vector>

#include "compiler/fuse/group_ops.h"

namespace stator::fuse {

/// A value that one kernel makes and others read. Kernels are told by the numbers of their groups.
struct HeldValue {
  mlir::Value value;
  int64_t bytes = 0;
  int maker = -1;
  llvm::SmallSetVector<int, 4> readers;
  bool isReturned = false;         ///< lies where the block's results do, not in the arena
  llvm::SmallVector<int, 1> over;  ///< values, by their index, whose memory it may take where they end with its kernel
};

/// All of a block, in program order. What loops need for themselves is not among them.
std::vector<HeldValue> heldValues(mlir::Block& block, const Grouping& grouping);

/// The bytes of values in the arena while each kernel runs, if group g has the turn `turns[g]` (-1: it has none).
std::vector<int64_t> bytesByTurn(const std::vector<HeldValue>& values, llvm::ArrayRef<int> turns);

/// The first and the last turn of a value in memory.
struct Life {
  int first = 0, last = 0;
};
Life lifeOf(const HeldValue& value, llvm::ArrayRef<int> turns);

/// Bytes of a value in memory.
int64_t bytesOf(mlir::Value value);

}  // namespace stator::fuse
