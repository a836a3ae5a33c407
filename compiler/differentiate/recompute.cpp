// Copies of blocks, whose inputs pass through `recompute`, so that nothing takes a copy for what it is a copy of.
//
//   %h = stator.matmul %x, %w {stator.checkpoint = 0}     %a = stator.recompute %x {block = 0}
//   %y = stator.tanh %h {stator.checkpoint = 0}       =>  %b = stator.matmul %a, %w
//                                                         %c = stator.tanh %b, for the derivatives of both
#include "compiler/differentiate/recompute.h"

#include "compiler/interface/ops/source.h"
#include "compiler/ir/build.h"
#include "compiler/ir/dialect.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace stator::ir {

static bool isParameter(mlir::BlockArgument argument) {
  auto function = llvm::dyn_cast<mlir::func::FuncOp>(argument.getOwner()->getParentOp());
  bool isReal = llvm::isa<mlir::FloatType>(llvm::cast<mlir::RankedTensorType>(argument.getType()).getElementType());
  return isReal && function && function.getArgAttr(argument.getArgNumber(), slotAttr);
}

void Recomputation::find(llvm::ArrayRef<mlir::Operation*> ops) {
  llvm::DenseSet<int64_t> withLoops;
  for (mlir::Operation* op : ops) {
    auto block = op->getAttrOfType<mlir::IntegerAttr>(checkpointAttr);
    if (!block) continue;
    blocks_[block.getInt()].push_back(op);
    if (llvm::isa<ScanOp>(op)) withLoops.insert(block.getInt());
  }
  for (int64_t block : withLoops) blocks_.erase(block);
}

mlir::Operation* Recomputation::of(mlir::Operation* op) {
  auto number = op->getAttrOfType<mlir::IntegerAttr>(checkpointAttr);
  auto block = number ? blocks_.find(number.getInt()) : blocks_.end();
  if (block == blocks_.end()) return op;
  auto [copies, isNew] = copies_.try_emplace(block->first);
  if (isNew)
    for (mlir::Operation* each : block->second) copy(each, copies->second, block->first);
  return copies->second.lookup(op->getResult(0)).getDefiningOp();
}

void Recomputation::copy(mlir::Operation* op, mlir::IRMapping& copies, int64_t block) {
  for (mlir::Value operand : op->getOperands())
    if (!copies.contains(operand)) copies.map(operand, again(operand, block));
  builder_.clone(*op, copies)->removeAttr(checkpointAttr);
}

/// A value from outside a block, for computing the block again. Parameters, and what is made of nothing, stay as they
/// are: they are there in any case.
mlir::Value Recomputation::again(mlir::Value value, int64_t block) {
  auto argument = llvm::dyn_cast<mlir::BlockArgument>(value);
  if (argument ? isParameter(argument) : value.getDefiningOp()->getNumOperands() == 0) return value;
  return buildOp(builder_, value.getLoc(), rule::Recompute{block}, {value});
}

}  // namespace stator::ir
