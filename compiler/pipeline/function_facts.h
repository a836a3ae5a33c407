// What the graph alone knows of a compiled function: symbols, label classes, defaults of arguments.
#pragma once

#include <string>
#include <vector>

#include "compiler/interface/compile.h"
#include "runtime/executable.h"

namespace stator {

/// The program with the functions that were asked for, all of them where `names` is empty.
/// Errors: UserError for a name that no function has.
ProgramGraph functions_named(const ProgramGraph& program, const std::vector<std::string>& names);

/// Replaces the facts that the IR has by those that the graph has, for each function of `compiled`.
void complete_facts(std::vector<CompiledFunction>& compiled, const ProgramGraph& program,
                    const std::vector<Binding>& bindings);

}  // namespace stator
