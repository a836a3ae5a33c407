// An elementwise kernel beside a contraction whose epilogue reads the same tensors is computed there: they are read
// once, and what both compute is computed once.
//
// Where a gelu is computed again for the backward pass, its derivative stands in the epilogue of the product that makes
// its cotangent: both need the error function of the same numbers.
#include "compiler/fuse/group_ops.h"

namespace stator::fuse {
namespace {

constexpr int nearby = 4;  ///< kernels; further away a result would wait in memory for its reader

}  // namespace

/// Where an operand that is read at the kernel's own place comes from; null: it is read elsewhere.
mlir::Value Grouping::baseInPlace(mlir::Value operand) const {
  mlir::Value value = operand;
  for (mlir::Value base = pathTo(operand).base; value != base; value = value.getDefiningOp()->getOperand(0))
    if (!llvm::isa<ir::ReshapeOp, ir::DetachOp, ir::RecomputeOp>(value.getDefiningOp())) return {};
  return value;
}

/// The tensors of the loops' extents that elementwise ops of a group read in place from others; none, where one is
/// read elsewhere.
llvm::SmallSetVector<mlir::Value, 4> Grouping::tensorsInPlace(int number) const {
  llvm::SmallSetVector<mlir::Value, 4> tensors;
  const Group& group = groups_[number];
  for (mlir::Operation* op : group.ops) {
    if (roleOf(op) != Role::compute) continue;
    for (mlir::Value operand : op->getOperands()) {
      mlir::Value base = pathTo(operand).base;
      if (elementCount(base) != group.elements || groupOf(base.getDefiningOp()) == number) continue;
      if (base.getDefiningOp() && roleOf(base.getDefiningOp()) == Role::source) continue;
      if (!baseInPlace(operand)) return {};
      tensors.insert(base);
    }
  }
  return tensors;
}

bool Grouping::canShareEpilogue(int map, int contraction) const {
  const Group &from = groups_[map], &to = groups_[contraction];
  if (to.kind != Kind::contraction || from.elements != to.elements || from.ops.size() + to.ops.size() > mostOps)
    return false;
  auto wanted = tensorsInPlace(map), read = tensorsInPlace(contraction);
  bool same = !wanted.empty() && llvm::all_of(wanted, [&](mlir::Value tensor) { return read.contains(tensor); });
  return same && !reaches(map, contraction) && !reaches(contraction, map);
}

void Grouping::joinNeighbours() {
  int count = static_cast<int>(groups_.size());
  for (int map = 0; map < count; ++map) {
    bool elementwise = groups_[map].kind == Kind::map && llvm::all_of(groups_[map].ops, [](mlir::Operation* op) {
                         return roleOf(op) == Role::compute && !llvm::isa<ir::RandomUniformOp>(op);
                       });
    if (!elementwise || groups_[map].ops.empty()) continue;
    for (int other = std::max(0, map - nearby); other <= std::min(count - 1, map + nearby); ++other) {
      if (!canShareEpilogue(map, other)) continue;
      absorb(map, other);
      break;
    }
  }
}

}  // namespace stator::fuse
