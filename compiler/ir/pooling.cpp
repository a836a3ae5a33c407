// Pooling and its gradients.
#include "compiler/ir/ops.h"
#include "compiler/ir/rules.h"
#include "compiler/ir/verify.h"

namespace stator::ir {
static bool areTwoOfFourAxes(llvm::ArrayRef<int64_t> axes) {
  return axes.size() == 2 && axes[0] != axes[1] && llvm::all_of(axes, [](int64_t a) { return a >= 0 && a < 4; });
}
}  // namespace stator::ir

#define GET_OP_CLASSES
#include "compiler/ir/pooling.cpp.inc"
