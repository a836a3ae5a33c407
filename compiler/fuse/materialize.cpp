// Which views lie in memory, since what reads them does so from there.
#include "compiler/fuse/group_ops.h"
#include "compiler/ir/strided_view.h"

namespace stator::fuse {

bool isWhole(mlir::Operation* op) { return roleOf(op) == Role::loop || roleOf(op) == Role::kernel; }

/// Contractions read through permutations and slices alone; what loops and made kernels are given, and the block's
/// results, lie in memory.
void Grouping::findMaterialized(mlir::Block& block) {
  for (mlir::Operation& op : block) {
    if (op.hasTrait<mlir::OpTrait::IsTerminator>() || isWhole(&op)) {
      for (mlir::Value operand : op.getOperands()) materialize(operand);
    } else if (llvm::isa<ir::WinogradWeightOp, ir::WinogradConvolutionOp>(op)) {  // read each element several times
      for (mlir::Value operand : op.getOperands()) {
        auto zerosAround = llvm::isa<ir::WinogradConvolutionOp>(op) ? operand.getDefiningOp<ir::PadOp>() : nullptr;
        materialize(zerosAround ? zerosAround.getX() : operand);
      }
    } else if (roleOf(&op) == Role::contraction) {
      for (mlir::Value operand : op.getOperands()) {
        if (ir::StridedView view = ir::stridedView(operand); view.isSliced) operand = view.base;
        while (llvm::isa_and_present<ir::PermuteOp, ir::RecomputeOp>(operand.getDefiningOp()))
          operand = operand.getDefiningOp()->getOperand(0);
        materialize(operand);
      }
    }
  }
}

void Grouping::materialize(mlir::Value value) {
  while (llvm::isa_and_present<ir::ReshapeOp, ir::RecomputeOp>(value.getDefiningOp()))
    value = value.getDefiningOp()->getOperand(0);
  mlir::Operation* op = value.getDefiningOp();
  if (!op) return;
  Role role = roleOf(op);
  if (role == Role::view || role == Role::source) materialized_.insert(op);
}

ViewPath Grouping::pathTo(mlir::Value operand) const {
  ViewPath path = viewPath(operand);
  for (mlir::Value value = operand; value != path.base; value = value.getDefiningOp()->getOperand(0)) {
    if (!materialized_.contains(value.getDefiningOp())) continue;
    if (value == operand) return {value, true, false, {}};
    return {value, false, true, {}};
  }
  return path;
}

}  // namespace stator::fuse
