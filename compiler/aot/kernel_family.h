// Programs compiled ahead of time for who looks them up by keys: what runtime/kernel_family.h describes, as objects.
#pragma once

#include <string>
#include <vector>

#include "compiler/interface/compile.h"

namespace stator::aot {

struct KeyedProgram {
  std::vector<int64_t> key;
  ProgramGraph program;  ///< without symbols
};

/// The bytes of ELF objects.
struct FamilyObjects {
  std::vector<std::string> code;  ///< for each target
  std::string table;              ///< a KernelFamily
};

/// Compiles each program for each target by its name, as `compile` does with `kernels_only`. `symbol`: the table's.
/// Errors: UserError for an unknown target and as compile; InternalError for two programs of one key.
FamilyObjects compile_family(std::vector<KeyedProgram> programs, const std::vector<std::string>& targets,
                             const std::string& symbol);

}  // namespace stator::aot
