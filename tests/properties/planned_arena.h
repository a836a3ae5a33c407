// How much memory a program's functions need, apart from the compiler's types.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/interface/graph.h"

namespace stator::tests {

struct PlannedArena {
  std::string name;         // the function's
  int64_t arena_bytes = 0;  // with what kernels need for a while
  int64_t live_bytes = 0;   // of values between kernels, where most are alive
};

/// All functions of a program with `batch` bound to `rows`, on this host, taken through the phases up to lower-cpu.
std::vector<PlannedArena> planned_arenas(const ProgramGraph& program, long rows);

}  // namespace stator::tests
