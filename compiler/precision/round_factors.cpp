// Rounds the factors of products to bf16.
#include "compiler/precision/round_factors.h"

#include "compiler/ir/ops.h"
#include "compiler/ir/scan.h"
#include "runtime/narrow_float.h"

namespace stator::precision {
namespace {

/// A slice is rounded with the whole where that is at most so much larger: its other parts are mostly factors, too.
constexpr int64_t mostOfWhole = 4;

mlir::RankedTensorType typeOf(mlir::Value value) { return llvm::cast<mlir::RankedTensorType>(value.getType()); }

bool isProduct(mlir::Operation& op) {
  return llvm::isa<ir::MatmulOp, ir::ConvolutionOp, ir::ConvolutionWeightGradOp>(op) &&
         typeOf(op.getOperand(0)).getElementType().isF32();
}

/// Whether the op moves elements and rounds none, so that it may as well move rounded ones.
bool movesElements(mlir::Operation* op) {
  if (auto pad = llvm::dyn_cast<ir::PadOp>(op)) {
    double padding = pad.getValue().convertToDouble();
    return static_cast<double>(BFloat16(padding)) == padding;
  }
  if (auto slice = llvm::dyn_cast<ir::SliceOp>(op))
    return typeOf(slice.getX()).getNumElements() <= mostOfWhole * slice.getType().getNumElements();
  return llvm::isa<ir::ReshapeOp, ir::PermuteOp, ir::BroadcastOp, ir::FlipOp, ir::DetachOp>(op);
}

class FactorRounder {
 public:
  void round(mlir::Block& block) {
    for (mlir::Operation& op : block) {
      if (auto scan = llvm::dyn_cast<ir::ScanOp>(op)) round(scan.block());
      if (!isProduct(op)) continue;
      for (mlir::OpOperand& operand : op.getOpOperands()) operand.set(rounded(operand.get()));
    }
  }

 private:
  mlir::Value rounded(mlir::Value value) {
    if (mlir::Value known = rounded_.lookup(value)) return known;
    mlir::Value made = make(value);
    return rounded_[value] = made;
  }

  mlir::Value make(mlir::Value value) {
    mlir::Operation* op = value.getDefiningOp();
    if (!op) return ofArgument(llvm::cast<mlir::BlockArgument>(value));
    if (auto cast = llvm::dyn_cast<ir::CastOp>(op); cast && typeOf(cast.getX()).getElementType().isBF16())
      return cast.getX();
    mlir::OpBuilder builder(op->getContext());
    builder.setInsertionPointAfter(op);
    if (!movesElements(op)) return cast(builder, value);
    mlir::Value from = rounded(op->getOperand(0));
    mlir::Operation* moved = builder.clone(*op);
    moved->setOperand(0, from);
    moved->getResult(0).setType(typeOf(value).clone(builder.getBF16Type()));
    return moved->getResult(0);
  }

  mlir::Value ofArgument(mlir::BlockArgument argument) {
    mlir::Block* block = argument.getOwner();
    if (mlir::Value outside = ir::withoutCaptures(argument); outside != argument)
      return ir::captureInto(block, rounded(outside));
    mlir::OpBuilder builder = mlir::OpBuilder::atBlockBegin(block);
    return cast(builder, argument);
  }

  static mlir::Value cast(mlir::OpBuilder& builder, mlir::Value value) {
    return builder.create<ir::CastOp>(value.getLoc(), typeOf(value).clone(builder.getBF16Type()), value);
  }

  llvm::DenseMap<mlir::Value, mlir::Value> rounded_;
};

}  // namespace

void roundFactors(mlir::Block& block) { FactorRounder().round(block); }

}  // namespace stator::precision
