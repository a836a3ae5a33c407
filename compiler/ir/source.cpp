// Constants, counters, counts, draws, and the ops that steer differentiation.
#include "compiler/interface/ops/source.h"

#include "compiler/ir/ops.h"
#include "compiler/ir/verify.h"

#define GET_OP_CLASSES
#include "compiler/ir/source.cpp.inc"

namespace stator::ir {

mlir::OpFoldResult ConstantOp::fold(FoldAdaptor) { return getValueAttr(); }

}  // namespace stator::ir
