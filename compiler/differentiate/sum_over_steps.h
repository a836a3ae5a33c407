// Sums over the steps of a loop, kept out of the loop where that is cheaper.
#pragma once

#include <functional>

#include "compiler/ir/loop_builder.h"

namespace stator::ir {

/// Builds a value behind a loop, given the loop.
using AfterLoop = std::function<mlir::Value(mlir::OpBuilder&, ScanOp)>;

/// The sum over all steps of `value`, which the loop's step computes. Where it is a product, the factors are stacked
/// and the sum is one product of the stacks: the cotangent of a weight costs no addition of its size at each step. What
/// is no product, sum or rearrangement of such is added up in a state.
AfterLoop sumOverSteps(LoopBuilder& loop, mlir::Value value);

}  // namespace stator::ir
