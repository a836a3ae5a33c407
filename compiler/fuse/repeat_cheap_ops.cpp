// A tensor that differs from one in memory by a cheap op is not stored: each kernel that reads it computes it anew.
//
// Between a convolution and its normalisation lies `x - mean`, which the backward kernels need too: they read x, which
// is in memory anyway, and the few numbers of `mean`.
#include "compiler/fuse/group_ops.h"

namespace stator::fuse {
namespace {

constexpr int64_t leastElements = 4096;  ///< below, a store costs nothing
constexpr int64_t muchSmaller = 16;

bool isCheap(mlir::Operation* op) {
  return llvm::isa<ir::AddOp, ir::SubOp, ir::MulOp, ir::NegOp, ir::MaximumOp, ir::MinimumOp>(op);
}

unsigned bitsOf(mlir::Value value) { return typeOf(value).getElementTypeBitWidth(); }

}  // namespace

/// Whether kernels other than `number`, which now computes it, could read `value` from memory.
bool Grouping::isInMemory(mlir::Value value, int number) const {
  mlir::Operation* op = value.getDefiningOp();
  if (!op) return true;
  int group = groupOf(op);
  if (group < 0) return materialized_.contains(op);
  return group != number || isResult(op);
}

/// Whether every reader is an elementwise op or a reduction of a kernel that has room for one more op.
bool Grouping::readersCanRepeat(mlir::Operation* op) const {
  return llvm::all_of(op->getUsers(), [&](mlir::Operation* user) {
    if (user->hasTrait<mlir::OpTrait::IsTerminator>()) return false;
    Role role = roleOf(user);
    int group = groupOf(user);
    bool inLoops = role == Role::compute && elementCount(user->getResult(0)) == elementCount(op->getResult(0));
    if ((!inLoops && role != Role::reduction) || group < 0 || groups_[group].ops.size() >= mostOps) return false;
    return llvm::none_of(op->getOperands(), [&](mlir::Value operand) {
      mlir::Operation* base = pathTo(operand).base.getDefiningOp();
      return group != groupOf(op) && base && groupOf(base) == group;
    });
  });
}

/// Whether the op's operands but one are much smaller than it, and that one is in memory at the same places.
bool Grouping::readsOneTensor(mlir::Operation* op) const {
  int64_t elements = elementCount(op->getResult(0));
  int whole = 0;
  for (mlir::Value operand : op->getOperands()) {
    ViewPath path = pathTo(operand);
    mlir::Operation* base = path.base.getDefiningOp();
    if (base && roleOf(base) == Role::source && groupOf(base) < 0) continue;
    if (!isInMemory(path.base, groupOf(op))) return false;
    if (elementCount(path.base) * muchSmaller <= elements) continue;
    bool same = path.plain && elementCount(path.base) == elements && bitsOf(path.base) <= bitsOf(op->getResult(0));
    if (!same || ++whole > 1) return false;
  }
  return whole == 1;
}

void Grouping::repeatCheapOps(mlir::Block& block) {
  for (mlir::Operation& op : block.without_terminator()) {
    int number = groupOf(&op);
    if (number < 0 || !isCheap(&op) || elementCount(op.getResult(0)) < leastElements || !isResult(&op)) continue;
    if (!readsOneTensor(&op) || !readersCanRepeat(&op)) continue;
    llvm::erase(groups_[number].ops, &op);
    groupOf_.erase(&op);
    repeated_.insert(&op);
    bases_.clear();
  }
}

}  // namespace stator::fuse
