// The glue (compiler/aot/glue) as LLVM bitcode, made while Stator is built.
#pragma once

#include <string_view>

namespace stator::aot {

/// For the architecture of a target's triple. Errors: InternalError where there is none.
std::string_view glue_bitcode(std::string_view triple);

}  // namespace stator::aot
