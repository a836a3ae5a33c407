// Moves of rows: recognized, repeated on rows of another width, undone.
#include "compiler/reassociate/lookup.h"

#include "compiler/interface/ops/indexing.h"
#include "compiler/ir/build.h"
#include "compiler/simplify/axes.h"

namespace stator::reassociate {
namespace {

mlir::RankedTensorType typeOf(mlir::Value x) { return llvm::cast<mlir::RankedTensorType>(x.getType()); }

/// `x` in the shape of `like`, but for the last extent.
mlir::Value reshapedLike(mlir::OpBuilder& builder, mlir::Value x, mlir::RankedTensorType like) {
  llvm::SmallVector<int64_t> shape(like.getShape());
  shape.back() = typeOf(x).getShape().back();
  auto type = mlir::RankedTensorType::get(shape, typeOf(x).getElementType());
  return builder.create<ir::ReshapeOp>(x.getLoc(), type, x);
}

}  // namespace

bool movesRows(mlir::Operation* op) {
  if (!llvm::isa_and_present<ir::ReshapeOp, ir::PermuteOp>(op)) return false;
  mlir::RankedTensorType from = typeOf(op->getOperand(0)), to = typeOf(op->getResult(0));
  if (from.getRank() < 1 || to.getRank() < 1) return false;
  if (auto permute = llvm::dyn_cast<ir::PermuteOp>(op)) return permute.getAxes().back() == to.getRank() - 1;
  return from.getShape().back() == to.getShape().back();
}

RowMoves rowMovesOf(mlir::Value x) {
  RowMoves moves{{}, x};
  while (movesRows(moves.source.getDefiningOp())) {
    moves.ops.push_back(moves.source.getDefiningOp());
    moves.source = moves.ops.back()->getOperand(0);
  }
  return moves;
}

mlir::Value moved(mlir::OpBuilder& builder, const RowMoves& moves, mlir::Value x) {
  for (mlir::Operation* op : llvm::reverse(moves.ops)) {
    if (auto permute = llvm::dyn_cast<ir::PermuteOp>(op))
      x = simplify::permute(builder, x.getLoc(), x, permute.getAxes());
    else x = reshapedLike(builder, x, typeOf(op->getResult(0)));
  }
  return x;
}

mlir::Value movedBack(mlir::OpBuilder& builder, const RowMoves& moves, mlir::Value x) {
  for (mlir::Operation* op : moves.ops) {
    if (auto permute = llvm::dyn_cast<ir::PermuteOp>(op))
      x = simplify::permute(builder, x.getLoc(), x, simplify::inverse(permute.getAxes()));
    else x = reshapedLike(builder, x, typeOf(op->getOperand(0)));
  }
  return x;
}

mlir::Value Lookup::in(mlir::OpBuilder& builder, mlir::Value table) {
  mlir::Value rows = ir::buildOp(builder, gather.getLoc(), rule::Gather{0}, {table, gather.getIndices()});
  return moved(builder, moves, rows);
}

std::optional<Lookup> lookupOf(mlir::Value x) {
  RowMoves moves = rowMovesOf(x);
  auto gather = moves.source.getDefiningOp<ir::GatherOp>();
  if (!gather || gather.getAxis() != 0 || gather.getX().getType().getRank() != 2) return std::nullopt;
  return Lookup{std::move(moves), gather};
}

}  // namespace stator::reassociate
