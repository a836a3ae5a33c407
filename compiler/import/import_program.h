// The import phase: takes a program's graphs and the numbers of its symbols, gives a module of the stator dialect.
#pragma once

#include <vector>

#include "compiler/interface/compile.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace stator::ir {

/// Every function of the program as a func.func. Its arguments are all inputs, then the slots that it reads in the
/// order of the program's, then the scalar arguments that it reads in the function's order; its results are the
/// function's, then the new values of slots. Errors: UserError for two functions of one name, a symbol without a
/// number, a number below 1, and a graph that does not verify.
mlir::OwningOpRef<mlir::ModuleOp> importProgram(mlir::MLIRContext& context, const ProgramGraph& program,
                                                const std::vector<Binding>& bindings);

}  // namespace stator::ir
