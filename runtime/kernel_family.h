// Kernels that were compiled while a library was built, as constants that are linked with them: programs by their keys.
#pragma once

#include <cstdint>

#include "runtime/abi.h"

namespace stator {

/// Fields are 8 bytes each: compiler/aot/kernel_family.cpp lays them out.
struct KernelFamily {
  struct Member {
    const int64_t* key;
    int64_t key_words;
    const char*
        facts;  ///< the functions and kernels of its program, as compiler/pipeline/compiled_program.h writes them
    int64_t facts_bytes;
    const StatorKernel* code;  ///< all kernels for the first target, then for the next
  };
  int64_t target_count;
  const char* const* targets;  ///< by name
  int64_t member_count;
  const Member* members;  ///< by their keys, in order
};

}  // namespace stator
