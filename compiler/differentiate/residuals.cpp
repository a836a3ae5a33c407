// What a backward loop reads from the forward one, and what it computes anew.
#include "compiler/differentiate/residuals.h"

#include "compiler/ir/loop_builder.h"

namespace stator::ir {
namespace {

using Originals = llvm::DenseMap<mlir::Value, mlir::Value>;

/// Whether reading the result is cheaper than computing it. A loop within the loop is not among them: its own residuals
/// would have to be kept with it.
bool isExpensive(mlir::Operation& op) {
  bool transcendental =
      llvm::isa<ErfOp, ExpOp, Expm1Op, GeluOp, GeluTanhOp, LogOp, PowOp, SigmoidOp, SiluOp, TanhOp>(op);
  return transcendental || llvm::isa<MatmulOp, Conv2dOp, SumOp, MaxOp, ArgmaxOp, MaxPool2dOp, AvgPool2dOp>(op);
}

bool isElementwise(mlir::Operation* op) {
  return op->getNumResults() == 1 && !llvm::isa<BroadcastOp, ReshapeOp, PermuteOp, SliceOp, PadOp, FlipOp, CatOp>(op) &&
         !isExpensive(*op) && llvm::all_of(op->getOperandTypes(), [&](mlir::Type type) {
           return llvm::cast<mlir::RankedTensorType>(type).getShape() ==
                  llvm::cast<mlir::RankedTensorType>(op->getResult(0).getType()).getShape();
         });
}

/// The last value of the elementwise chain behind `value` whose links nobody else reads.
mlir::Value endOfChain(mlir::Value value, const Originals& original) {
  while (value.hasOneUse()) {
    mlir::Operation* user = *value.user_begin();
    bool isForward = user->getNumResults() == 1 && original.contains(user->getResult(0));
    if (!isForward || !isElementwise(user)) break;
    value = user->getResult(0);
  }
  return value;
}

/// The first op of the forward step whose result is to be kept; null: none is left.
mlir::Operation* nextExpensive(mlir::Block& step, const Originals& original) {
  for (mlir::Operation& op : step)
    if (isExpensive(op) && original.contains(op.getResult(0))) return &op;
  return nullptr;
}

}  // namespace

Residuals keepExpensive(LoopBuilder& loop, Originals original) {
  Residuals residuals;
  loop.dropDeadOps();
  while (mlir::Operation* op = nextExpensive(*loop.block(), original)) {
    mlir::Value kept = endOfChain(op->getResult(0), original);
    mlir::BlockArgument element = loop.addElement(kept.getType());
    residuals.push_back({element, original.lookup(kept)});
    kept.replaceAllUsesWith(element);
    loop.dropDeadOps();
  }
  return residuals;
}

}  // namespace stator::ir
