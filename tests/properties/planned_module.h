// Programs taken through the phases by hand, for tests that look at the module in between.
#pragma once

#include "compiler/interface/graph.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace stator::tests {

/// All functions of a program with `batch` bound to `rows`, behind plan-memory; `context` holds the dialects.
mlir::OwningOpRef<mlir::ModuleOp> planned_module(mlir::MLIRContext& context, const ProgramGraph& program, long rows);

}  // namespace stator::tests
