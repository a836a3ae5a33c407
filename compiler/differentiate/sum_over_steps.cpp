// Sums over the steps of a loop: sum over t of a[t]^T b[t] is the product of a and b with (t, row) as one axis.
#include "compiler/differentiate/sum_over_steps.h"

#include "compiler/ir/build.h"
#include "compiler/ir/rules.h"

namespace stator::ir {
namespace {

mlir::Value reshaped(mlir::OpBuilder& builder, mlir::Value x, const TensorSpec& spec) {
  return buildOpAs(builder, x.getLoc(), rule::Reshape{}, {x}, typeOf(builder.getContext(), spec));
}

AfterLoop stacked(LoopBuilder& loop, mlir::Value value) {
  unsigned position = loop.stack(value);
  return [=](mlir::OpBuilder&, ScanOp scan) { return scan.stacks()[position]; };
}

/// Whether the op's derivative with respect to its one operand is the op itself: sums move through it.
bool isLinear(mlir::Operation* op) {
  if (auto pad = llvm::dyn_cast<PadOp>(op)) return pad.getValue().isZero();
  return llvm::isa<PermuteOp, ReshapeOp, BroadcastOp, SliceOp, FlipOp, NegOp>(op);
}

/// [K, M] of each step, one below the other: [steps * K, M].
AfterLoop rowsOfSteps(LoopBuilder& loop, mlir::Value x) {
  AfterLoop stack = stacked(loop, x);
  return [=](mlir::OpBuilder& builder, ScanOp scan) {
    mlir::Value all = stack(builder, scan);  // [steps, K, M]
    TensorSpec spec = specOf(all.getType());
    return reshaped(builder, all, {spec.dtype, Extents{0, spec.extents[0] * spec.extents[1], spec.extents[2]}});
  };
}

mlir::Value exchanged(mlir::OpBuilder& builder, mlir::Value x) {
  return buildOp(builder, x.getLoc(), rule::Permute{Integers(1, 0)}, {x});
}

/// [M, K] of each step as [M, steps * K].
AfterLoop columnsOfSteps(LoopBuilder& loop, mlir::Value x) {
  if (auto permute = x.getDefiningOp<PermuteOp>()) {  // of two axes: the exchange
    AfterLoop rows = rowsOfSteps(loop, permute.getX());
    return [=](mlir::OpBuilder& builder, ScanOp scan) { return exchanged(builder, rows(builder, scan)); };
  }
  AfterLoop stack = stacked(loop, x);
  return [=](mlir::OpBuilder& builder, ScanOp scan) {
    mlir::Value all = buildOp(builder, scan.getLoc(), rule::Permute{Integers(1, 0, 2)}, {stack(builder, scan)});
    TensorSpec spec = specOf(all.getType());
    return reshaped(builder, all, {spec.dtype, Extents{0, spec.extents[0], spec.extents[1] * spec.extents[2]}});
  };
}

/// [M, K] x [K, N] of each step: one product of [M, steps * K] and [steps * K, N].
AfterLoop sumOfProducts(LoopBuilder& loop, MatmulOp matmul) {
  AfterLoop a = columnsOfSteps(loop, matmul.getA()), b = rowsOfSteps(loop, matmul.getB());
  return [=](mlir::OpBuilder& builder, ScanOp scan) {
    return buildOp(builder, scan.getLoc(), rule::EqualRankMatmul{}, {a(builder, scan), b(builder, scan)});
  };
}

/// One sum over the steps and the axes that each step sums over.
AfterLoop sumOfSums(LoopBuilder& loop, SumOp sum) {
  Integers axes{0};
  for (int64_t axis : sum.getAxes()) axes.push(axis + 1);
  AfterLoop stack = stacked(loop, sum.getX());
  TensorSpec result = specOf(sum.getType());
  return [=](mlir::OpBuilder& builder, ScanOp scan) {
    mlir::Value total = buildOp(builder, scan.getLoc(), rule::Sum{axes}, {stack(builder, scan)});
    return reshaped(builder, total, result);
  };
}

AfterLoop sumInState(LoopBuilder& loop, mlir::Value value) {
  unsigned position = loop.accumulate(value);
  return [=](mlir::OpBuilder&, ScanOp scan) { return scan.finalStates()[position]; };
}

}  // namespace

AfterLoop sumOverSteps(LoopBuilder& loop, mlir::Value value) {
  mlir::Operation* op = value.getDefiningOp();
  if (auto add = llvm::dyn_cast_if_present<AddOp>(op)) {
    AfterLoop a = sumOverSteps(loop, add.getA()), b = sumOverSteps(loop, add.getB());
    return [=](mlir::OpBuilder& builder, ScanOp scan) {
      return buildOp(builder, scan.getLoc(), rule::add{}, {a(builder, scan), b(builder, scan)});
    };
  }
  if (auto matmul = llvm::dyn_cast_if_present<MatmulOp>(op); matmul && matmul.getType().getRank() == 2)
    return sumOfProducts(loop, matmul);
  if (auto sum = llvm::dyn_cast_if_present<SumOp>(op); sum && sum.getX().getType().getRank() < max_rank)
    return sumOfSums(loop, sum);
  if (!op || !isLinear(op)) return sumInState(loop, value);
  AfterLoop x = sumOverSteps(loop, op->getOperand(0));
  return [=, type = value.getType(), name = op->getName(), attributes = op->getAttrs()](mlir::OpBuilder& builder,
                                                                                        ScanOp scan) {
    mlir::OperationState state(scan.getLoc(), name.getStringRef(), {x(builder, scan)}, {type}, attributes);
    return builder.create(state)->getResult(0);
  };
}

}  // namespace stator::ir
