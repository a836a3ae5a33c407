// The phases one after the other, each timed, with the IR printed after the one that was asked for.
#pragma once

#include <functional>
#include <vector>

#include "compiler/cpu/target.h"
#include "compiler/interface/compile.h"
#include "compiler/pipeline/compiled_program.h"

namespace mlir {
class ModuleOp;
}

namespace stator {

/// Makes something of a module in the LLVM dialect, and of the facts that have been found: objects, or other code.
using EmitCode = std::function<void(mlir::ModuleOp module, CompiledProgram& compiled)>;

/// Takes a program through all phases to objects that are not loaded yet. Facts of functions are those that the IR has.
/// Errors: UserError for what the program does wrong, InternalError where a phase fails.
CompiledProgram runPhases(const ProgramGraph& program, const std::vector<Binding>& bindings, const cpu::Target& target,
                          const CompileOptions& options, std::vector<PhaseTime>& times);

/// The same with another last phase: `emit` takes the module, and the result has the objects that it makes.
CompiledProgram runPhases(const ProgramGraph& program, const std::vector<Binding>& bindings, const cpu::Target& target,
                          const CompileOptions& options, std::vector<PhaseTime>& times, const EmitCode& emit);

}  // namespace stator
