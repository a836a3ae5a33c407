// How far `recompute` must go for a budget: tried out on copies of the module, since only lowered kernels say what
// they need beside the values.
#pragma once

#include <functional>

#include "compiler/cpu/target.h"
#include "compiler/pipeline/phases.h"
#include "mlir/IR/BuiltinOps.h"

namespace stator {

/// The bytes of values alive at once with which each arena of a prepared module takes at most `budget_bytes`.
/// `optimizes`: which phases do more than they must.
/// Errors: UserError where that cannot be reached: it names the least arena, and what it holds where most is alive.
int64_t liveBytesWithin(int64_t budget_bytes, mlir::ModuleOp prepared, const cpu::Target& target,
                        const std::function<bool(Phase)>& optimizes);

}  // namespace stator
