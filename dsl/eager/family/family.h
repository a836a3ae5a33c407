// The precompiled family: kernels of elementwise ops that are linked with the library.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "runtime/executable.h"

namespace stator::eager {

/// The code of the family's program of that key (op_key.h) for a target; null where there is none.
std::shared_ptr<const Executable> find_in_family(std::span<const int64_t> key, std::string_view target);

}  // namespace stator::eager
