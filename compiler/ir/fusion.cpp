// The fusion region: its kinds, and that what it yields is what it gives.
#include "compiler/ir/ops.h"

#define GET_OP_CLASSES
#include "compiler/ir/fusion.cpp.inc"

namespace stator::ir {

mlir::LogicalResult FusionOp::verifyRegions() {
  constexpr llvm::StringLiteral kinds[]{"contraction", "window", "map", "reduce", "row", "scatter", "attention"};
  if (!llvm::is_contained(kinds, getKind()))
    return emitOpError("kind is contraction, window, map, reduce, row, scatter or attention, not ") << getKindAttr();
  mlir::Block& block = getBody().front();
  if (block.getArgumentTypes() != getInputs().getTypes())
    return emitOpError("the region's arguments are not of the operands' types");
  auto yield = llvm::dyn_cast<YieldOp>(block.back());
  if (!yield || yield.getValues().getTypes() != getOutputs().getTypes())
    return emitOpError("the yielded values are not of the results' types");
  return mlir::success();
}

}  // namespace stator::ir
