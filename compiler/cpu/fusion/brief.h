// Modules that someone waits for: their kernels have loops where others have long straight code.
#pragma once

#include "llvm/ADT/StringRef.h"

namespace stator::cpu {

/// On a module; a unit. Values do not depend on it: sums keep their order.
inline constexpr llvm::StringLiteral briefAttr = "stator.brief";

}  // namespace stator::cpu
