// The pass fuse: groups ops into kernels.
#pragma once

#include <memory>

namespace mlir {
class Pass;
}

namespace stator {

/// Takes functions of simplified, channels-last ops; gives functions of `stator.fusion` and free reshapes.
std::unique_ptr<mlir::Pass> createFusePass();

}  // namespace stator
