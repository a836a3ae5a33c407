// Memory for time: values that are made again, whatever they cost, cheapest first for each byte that they free.
#pragma once

#include "compiler/fuse/repeat_late.h"

namespace stator::fuse {

/// What may be spent on a block's memory.
struct TradeLimits {
  int64_t enoughBytes = 0;   ///< the arena's values where most are alive: less is not asked for
  int64_t leastBytes = 0;    ///< of a value that is worth it
  double mostTime = 0;       ///< of all copies, as a part of the time of all kernels
  double leastExchange = 0;  ///< parts of the memory for each part of the time
};

/// Makes values again until no more is asked for, allowed or possible. False: nothing was changed; otherwise `before`
/// is called before anything is.
///
/// At the moment when most is held, each value that waits for a later one could go: the ops that made it, products too,
/// would run again before its next reader, from what is there then, and from what is made again with it.
bool tradeTime(mlir::Block& block, const Lifetimes& lives, const TradeLimits& limits,
               llvm::function_ref<void()> before);

/// The estimated time of all kernels of a block, in nanoseconds.
double timeOf(mlir::Block& block, const Lifetimes& lives);

}  // namespace stator::fuse
