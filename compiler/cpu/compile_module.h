// From planned functions to machine code in memory, in one call.
#pragma once

#include <string>
#include <vector>

#include "compiler/cpu/target.h"
#include "mlir/IR/BuiltinOps.h"
#include "runtime/executable.h"

namespace stator::cpu {

/// Machine code before it is loaded. Function `f` is the public symbol `entrySymbol(f)` of an object.
struct ModuleCode {
  std::vector<CompiledFunction> functions;  ///< facts as lowerCpu gives them; entries are null
  std::vector<std::string> objects;         ///< ELF files
};

/// Takes a module of functions with planned fusions, which is lowered in place, through lower-cpu and emit.
/// Errors: InternalError where a phase fails.
ModuleCode compileModule(mlir::ModuleOp module, const Target& target, int threads = 1);

/// The code in executable memory, with the functions' entries.
/// Errors: InternalError where an object cannot be linked.
std::shared_ptr<Executable> loadModule(ModuleCode code);

}  // namespace stator::cpu
