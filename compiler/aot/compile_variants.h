// Every variant of a library's functions: the program, compiled for a target and a choice of symbols' numbers.
#pragma once

#include <string>
#include <vector>

#include "compiler/cpu/target.h"
#include "compiler/interface/compile.h"
#include "runtime/executable.h"

namespace stator::aot {

struct CompiledVariant {
  std::vector<Binding> bindings;
  cpu::Target target;
  std::vector<CompiledFunction> functions;
  std::string bitcode;  ///< of LLVM, optimised as the JIT does; public are the functions' entries alone
};

/// All functions of the program for each choice and each target, in this order: targets of the first choice first.
/// Several are compiled at the same time, unless IR is printed. `how`: the precision, and the phase to print.
/// Errors: as compile.
std::vector<CompiledVariant> compile_variants(const ProgramGraph& program,
                                              const std::vector<std::vector<Binding>>& choices,
                                              const std::vector<cpu::Target>& targets, const CompileOptions& how);

}  // namespace stator::aot
