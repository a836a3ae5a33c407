// What ops cost one thread, by a small model that is the same for all targets: only ratios count.
#pragma once

#include "mlir/IR/Operation.h"

namespace stator::fuse {

/// Time for the arithmetic of one op; views and sources are free.
double nanosecondsOf(mlir::Operation* op);

/// Time for bytes that go to memory, or come from there.
double nanosecondsOfBytes(int64_t bytes);

}  // namespace stator::fuse
