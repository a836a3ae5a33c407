// The axes of each kind of op, traced from its result to its operands.
#include "compiler/mask/axis_sources.h"

#include "compiler/ir/ops.h"
#include "llvm/ADT/TypeSwitch.h"

namespace stator::mask {

using Sources = llvm::SmallVector<AxisSource>;

static int64_t extentOf(mlir::Value value, int axis) {
  return llvm::cast<mlir::RankedTensorType>(value.getType()).getDimSize(axis);
}

/// [..., M, K] x [..., K, N]: leading axes meet, the others come from one operand each.
static Sources matmulSources(ir::MatmulOp op, int axis) {
  int rank = op.getResult().getType().getRank();
  if (axis == rank - 2) return {{0, axis}};
  if (axis == rank - 1) return {{1, axis}};
  return {{0, axis}, {1, axis}};
}

/// Images stay apart from each other; all other axes of a convolution are numbers.
static Sources imageSource(int axis) { return axis == 0 ? Sources{{0, 0}} : Sources{}; }

/// x [B..., R, W...], indices [B..., K...] -> [B..., K..., W...].
static Sources gatherSources(ir::GatherOp op, int axis) {
  int before = int(op.getAxis()), picked = int(op.getIndices().getType().getRank());
  if (axis < before) return {{0, axis}, {1, axis}};
  if (axis < picked) return {{1, axis}};
  return {{0, before + 1 + axis - picked}};
}

/// indices [B..., K...], rows [B..., K..., W...] -> [B..., R, W...]; R is a number.
static Sources scatterSources(ir::ScatterAddOp op, int axis) {
  int before = int(op.getAxis()), picked = int(op.getIndices().getType().getRank());
  if (axis < before) return {{0, axis}, {1, axis}};
  return axis == before ? Sources{} : Sources{{1, picked + axis - before - 1}};
}

static Sources everyOperand(mlir::Operation* op, int axis) {
  Sources sources;
  int rank = llvm::cast<mlir::RankedTensorType>(op->getResult(0).getType()).getRank();
  for (auto [i, operand] : llvm::enumerate(op->getOperands())) {
    auto type = llvm::cast<mlir::RankedTensorType>(operand.getType());
    if (type.getRank() == rank && type.getDimSize(axis) == extentOf(op->getResult(0), axis))
      sources.push_back({int(i), axis});
  }
  return sources;
}

Sources axisSources(mlir::Operation* op, int axis) {
  return llvm::TypeSwitch<mlir::Operation*, Sources>(op)
      .Case([&](ir::MatmulOp matmul) { return matmulSources(matmul, axis); })
      .Case<ir::Conv2dOp, ir::Conv2dInputGradOp, ir::ConvolutionOp>([&](auto) { return imageSource(axis); })
      .Case<ir::Conv2dWeightGradOp, ir::ConvolutionWeightGradOp>([&](auto) { return Sources{}; })
      .Case([&](ir::PermuteOp permute) { return Sources{{0, int(permute.getAxes()[axis])}}; })
      .Case([&](ir::GatherOp gather) { return gatherSources(gather, axis); })
      .Case([&](ir::ScatterAddOp scatter) { return scatterSources(scatter, axis); })
      .Case([&](ir::GradientOp) { return Sources{{1, axis}}; })
      .Default([&](mlir::Operation* other) { return everyOperand(other, axis); });
}

}  // namespace stator::mask
