// The pass plan-memory: a buffer for every tensor between kernels.
#pragma once

#include <memory>

namespace mlir {
class Pass;
}

namespace stator {

/// Takes functions of fusions and reshapes; gives the same with buffers on each fusion, in an order in which state is
/// updated in place. The module says where slots lie (`stator.slot_offsets`). `reuses`: false gives each tensor bytes that
/// no other has.
std::unique_ptr<mlir::Pass> createPlanMemoryPass(bool reuses = true);

}  // namespace stator
