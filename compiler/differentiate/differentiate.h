// Reverse-mode differentiation: takes functions with `stator.gradient` ops, gives functions that compute what they
// stand for.
#pragma once

#include <memory>

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

namespace stator::ir {

/// Replaces every `gradient` op of `function` by ops that compute it. A value that the loss does not depend on gets
/// zeros. Errors: an emitted diagnostic that names an op without derivative between a value and its loss.
llvm::LogicalResult differentiate(mlir::func::FuncOp function);

/// `differentiate` over each function of a module, as the pass `stator-differentiate`.
std::unique_ptr<mlir::Pass> createDifferentiatePass();

}  // namespace stator::ir
