// What can be said of a library's options before anything is compiled.
#pragma once

#include "compiler/aot/library.h"
#include "compiler/cpu/target.h"

namespace stator::aot {

/// Errors: UserError for a name that is no C identifier, or a function that cannot have its name in the library.
void check_names(const ProgramGraph& program, const std::string& name);

/// The targets by name, the best first. Errors: UserError for an unknown target, one given twice, or two architectures.
std::vector<cpu::Target> targets_named(const std::vector<std::string>& names);

/// Every combination of the symbols' numbers, from small to large. Errors: UserError for a symbol given twice.
std::vector<std::vector<Binding>> combinations(const std::vector<BoundSymbol>& symbols);

}  // namespace stator::aot
