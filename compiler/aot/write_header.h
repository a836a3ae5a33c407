// The C header of a library.
#pragma once

#include <string>

#include "compiler/aot/model_plan.h"

namespace stator::aot {

/// C11 that is C++ too: sizes, extents and names as constants, error codes, and the library's functions.
std::string write_header(const ModelPlan& plan);

}  // namespace stator::aot
