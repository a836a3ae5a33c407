// What compilation makes, apart from where it is loaded: machine code and the facts of its functions, as bytes for the
// cache.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/executable.h"

namespace stator {

struct CompiledProgram {
  std::vector<CompiledFunction> functions;  // entries are null until `load`
  std::vector<KernelFacts> kernels;
  int64_t state_bytes = 0;
  std::vector<std::string> objects;  // ELF files; function `f` has the public symbol `f.entry`
};

/// All of it as bytes.
std::string to_bytes(const CompiledProgram& program);

/// What `to_bytes` was given; nothing where the bytes are not complete.
std::optional<CompiledProgram> from_bytes(std::string_view bytes);

/// Puts the objects into executable memory. `with_kernels`: and looks up each kernel, for a profile to run.
/// Errors: InternalError where an object cannot be linked.
std::shared_ptr<Executable> load(CompiledProgram program, bool with_kernels = false);

}  // namespace stator
