// The pass fuse: groups ops into kernels.
#pragma once

#include <memory>

namespace mlir {
class Pass;
}

namespace stator {

/// Takes functions of simplified ops in the layout phase's order; gives functions of `stator.fusion` and free reshapes.
/// `joins`: false gives each op that computes a kernel of its own.
std::unique_ptr<mlir::Pass> createFusePass(bool joins = true);

}  // namespace stator
