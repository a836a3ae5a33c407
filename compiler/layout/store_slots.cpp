// Parameters in the order of axes that the state block keeps them in.
#include "compiler/layout/store_slots.h"

#include "compiler/ir/dialect.h"
#include "compiler/ir/tensor_type.h"
#include "compiler/simplify/axes.h"
#include "runtime/state_layout.h"

namespace stator::layout {
namespace {

simplify::Axes storageAxes(mlir::Value slot) {
  return simplify::Axes(llvm::iterator_range(storage_axes(ir::specOf(slot.getType()))));
}

void storeArguments(mlir::func::FuncOp function) {
  mlir::OpBuilder builder = mlir::OpBuilder::atBlockBegin(&function.getBody().front());
  for (mlir::BlockArgument argument : function.getArguments()) {
    if (!function.getArgAttr(argument.getArgNumber(), ir::slotAttr)) continue;
    simplify::Axes axes = storageAxes(argument);
    if (axes.empty()) continue;
    argument.setType(simplify::permuted(llvm::cast<mlir::RankedTensorType>(argument.getType()), axes));
    mlir::Value written = simplify::permute(builder, argument.getLoc(), argument, simplify::inverse(axes));
    argument.replaceAllUsesExcept(written, written.getDefiningOp());
  }
}

void storeUpdates(mlir::func::FuncOp function) {
  mlir::Operation* last = function.getBody().front().getTerminator();
  mlir::OpBuilder builder(last);
  for (mlir::OpOperand& operand : last->getOpOperands()) {
    if (!function.getResultAttr(operand.getOperandNumber(), ir::updateAttr)) continue;
    simplify::Axes axes = storageAxes(operand.get());
    if (!axes.empty()) operand.set(simplify::permute(builder, last->getLoc(), operand.get(), axes));
  }
}

}  // namespace

void storeSlots(mlir::func::FuncOp function) {
  storeArguments(function);
  storeUpdates(function);
  function.setType(mlir::FunctionType::get(function.getContext(), function.getBody().getArgumentTypes(),
                                           function.getBody().front().getTerminator()->getOperandTypes()));
}

}  // namespace stator::layout
