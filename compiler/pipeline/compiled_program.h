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

/// What of the code is looked up: functions' entries, kernels one by one, or both.
enum class Contents { entries, kernels, both };

/// Puts the objects into executable memory. Errors: InternalError where an object cannot be linked.
std::shared_ptr<Executable> load(CompiledProgram program, Contents contents = Contents::entries);

}  // namespace stator
