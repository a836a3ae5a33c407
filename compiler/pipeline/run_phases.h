// The phases one after the other, each timed, with the IR printed after the one that was asked for.
#pragma once

#include <vector>

#include "compiler/cpu/target.h"
#include "compiler/interface/compile.h"
#include "compiler/pipeline/compiled_program.h"

namespace stator {

/// Takes a program through all phases to objects that are not loaded yet. Facts of functions are those that the IR has.
/// Errors: UserError for what the program does wrong, InternalError where a phase fails.
CompiledProgram runPhases(const ProgramGraph& program, const std::vector<Binding>& bindings, const cpu::Target& target,
                          const CompileOptions& options, std::vector<PhaseTime>& times);

}  // namespace stator
