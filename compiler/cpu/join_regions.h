// Kernels that do not need each other's results, joined to one parallel region.
#pragma once

#include "compiler/memory/buffer.h"

namespace stator::cpu {

/// Bytes that a kernel reads or writes.
struct Access {
  memory::Buffer buffer;
  int64_t bytes = 0;
  bool isWritten = false;
};

/// A step of a function: what its kernel touches, in how many chunks, and whether it is too short to matter where in
/// the function it runs.
struct RegionStep {
  llvm::ArrayRef<Access> accesses;
  int64_t chunks = 1;
  bool isShort = false;
};

/// A step in the order in which they are to run.
struct OrderedStep {
  size_t step = 0;     ///< its number as it was given
  int64_t behind = 0;  ///< how many of those behind it belong to its region
};

/// Steps in an order in which none overtakes another that touches what it writes. In a region none writes what another
/// touches, so their chunks may run in any order: threads meet once for all of them. A region takes in its neighbours,
/// and short steps from a little further on; where all its kernels are of one chunk, threads need not meet at all, and
/// each is alone.
llvm::SmallVector<OrderedStep> joinRegions(llvm::ArrayRef<RegionStep> steps);

}  // namespace stator::cpu
