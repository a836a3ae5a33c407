// What an op is to a kernel.
#include "compiler/fuse/op_roles.h"

#include "llvm/ADT/TypeSwitch.h"
#include "runtime/error.h"

namespace stator::fuse {

Role roleOf(mlir::Operation* op) {
  return llvm::TypeSwitch<mlir::Operation*, Role>(op)
      .Case<ir::BroadcastOp, ir::ReshapeOp, ir::PermuteOp, ir::SliceOp, ir::PadOp, ir::FlipOp, ir::DetachOp,
            ir::RecomputeOp>([](auto) { return Role::view; })
      .Case<ir::ConstantOp, ir::IotaOp>([](auto) { return Role::source; })
      .Case<ir::SumOp, ir::MaxOp, ir::ArgmaxOp>([](auto) { return Role::reduction; })
      .Case<ir::MatmulOp, ir::ConvolutionOp, ir::ConvolutionWeightGradOp, ir::WinogradConvolutionOp>(
          [](auto) { return Role::contraction; })
      .Case<ir::MaxPool2dOp, ir::MaxPool2dIndicesOp, ir::MaxPool2dPositionsOp, ir::MaxPool2dScatterOp, ir::AvgPool2dOp,
            ir::MaxPool2dGradOp, ir::AvgPool2dGradOp, ir::WinogradWeightOp>([](auto) { return Role::window; })
      .Case([](ir::GatherOp) { return Role::gather; })
      .Case([](ir::ScatterAddOp) { return Role::scatter; })
      .Case([](ir::ScanOp) { return Role::loop; })
      .Case([](ir::FusionOp) { return Role::kernel; })
      .Case<ir::Conv2dOp, ir::Conv2dInputGradOp, ir::Conv2dWeightGradOp, ir::CountOp, ir::GradientOp>(
          [](mlir::Operation* o) -> Role {
            throw InternalError("fuse: '" + o->getName().getStringRef().str() + "' should not have come this far");
          })
      .Default([](auto) { return Role::compute; });
}

mlir::RankedTensorType typeOf(mlir::Value value) { return llvm::cast<mlir::RankedTensorType>(value.getType()); }
int64_t elementCount(mlir::Value value) { return typeOf(value).getNumElements(); }

llvm::SmallVector<int64_t> reducedAxes(mlir::Operation* reduction) {
  if (auto sum = llvm::dyn_cast<ir::SumOp>(reduction)) return llvm::to_vector(sum.getAxes());
  if (auto max = llvm::dyn_cast<ir::MaxOp>(reduction)) return llvm::to_vector(max.getAxes());
  return {static_cast<int64_t>(llvm::cast<ir::ArgmaxOp>(reduction).getAxis())};
}

bool reducesTrailingAxes(mlir::Operation* reduction) {
  llvm::ArrayRef<int64_t> shape = typeOf(reduction->getOperand(0)).getShape();
  llvm::SmallVector<int64_t> axes = reducedAxes(reduction);
  bool reduced = false;
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    if (shape[axis] == 1) continue;
    bool now = llvm::is_contained(axes, axis);
    if (reduced && !now) return false;
    reduced |= now;
  }
  return true;
}

bool swapsLastTwo(ir::PermuteOp permute) {
  llvm::ArrayRef<int64_t> axes = permute.getAxes();
  int64_t rank = axes.size();
  for (int64_t axis = 0; axis < rank - 2; ++axis)
    if (axes[axis] != axis) return false;
  return rank >= 2 && axes[rank - 2] == rank - 1 && axes[rank - 1] == rank - 2;
}

ViewPath viewPath(mlir::Value value) {
  ViewPath path{value, true, false, {}};
  bool others = false;
  for (mlir::Operation* op = value.getDefiningOp(); op && roleOf(op) == Role::view; op = path.base.getDefiningOp()) {
    path.base = op->getOperand(0);
    if (llvm::isa<ir::ReshapeOp, ir::DetachOp>(op)) continue;
    path.plain = false;
    if (llvm::isa<ir::BroadcastOp>(op)) {
      others |= path.stretches;
      path.stretches = true;
      path.stretched = op->getResult(0);
    } else {
      others = true;
    }
  }
  if (others) path.stretched = {};
  return path;
}

}  // namespace stator::fuse
