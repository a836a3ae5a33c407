// The pass simplify: fewer and smaller ops with the same values.
#pragma once

#include <memory>

#include "llvm/Support/LogicalResult.h"

namespace mlir {
class Operation;
class Pass;
}  // namespace mlir

namespace stator {

/// Constants, identities, movement ops that cancel, common subexpressions, dead code; what only gradients
/// see, once `gradient` is gone.
std::unique_ptr<mlir::Pass> createSimplifyPass();

namespace simplify {
/// The same on one function. Fails where the patterns do not come to rest.
llvm::LogicalResult simplifyFunction(mlir::Operation* function);
}  // namespace simplify

}  // namespace stator
