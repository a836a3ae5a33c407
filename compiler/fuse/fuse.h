// The passes prepare and fuse: ops as kernels take them, then groups of them as kernels.
#pragma once

#include <memory>

namespace mlir {
class Pass;
}

namespace stator {

/// Takes functions of simplified ops in the layout phase's order; gives such functions of the ops that kernels are made
/// of: others are expressed in these, reductions are split for threads, narrow numbers are computed wider.
std::unique_ptr<mlir::Pass> createPreparePass();

/// Takes functions of prepared ops in the layout phase's order; gives functions of `stator.fusion` and free reshapes.
/// `joins`: false gives each op that computes a kernel of its own.
std::unique_ptr<mlir::Pass> createFusePass(bool joins = true);

}  // namespace stator
