// Reductions over leading axes: what is computed for them alone is computed in their kernels, and those that read the
// same tensor share one.
//
// Such a reduction cannot go back to the whole shape, so it stands behind the kernel that makes its operand. If that
// kernel also computed `dy * x` for a sum, the product would be stored and read once more; the sum reads dy and x
// instead.
#include "compiler/fuse/group_ops.h"

namespace stator::fuse {
namespace {

constexpr size_t mostOps = 96;         ///< of a kernel
constexpr int64_t mostReductions = 4;  ///< side by side: each has accumulators in registers

bool isLeadingReduction(mlir::Operation* op) { return roleOf(op) == Role::reduction && !reducesTrailingAxes(op); }

llvm::SmallVector<mlir::Operation*> reductionsOf(const Group& group) {
  llvm::SmallVector<mlir::Operation*> reductions;
  for (mlir::Operation* op : group.ops)
    if (roleOf(op) == Role::reduction) reductions.push_back(op);
  return reductions;
}

bool overSameAxes(mlir::Operation* a, mlir::Operation* b) {
  return reducedAxes(a) == reducedAxes(b) && typeOf(a->getOperand(0)).getShape() == typeOf(b->getOperand(0)).getShape();
}

}  // namespace

/// Whether an elementwise op is computed for reductions over leading axes and nothing else.
bool Grouping::servesReductions(mlir::Operation* op) const {
  auto known = servesReductions_.find(op);
  if (known != servesReductions_.end()) return known->second;
  bool serves = !op->use_empty() && llvm::all_of(op->getUsers(), [&](mlir::Operation* user) {
    if (user->hasTrait<mlir::OpTrait::IsTerminator>()) return false;
    if (isLeadingReduction(user)) return true;
    return roleOf(user) == Role::compute && elementCount(user->getResult(0)) == elementCount(op->getResult(0)) &&
           servesReductions(user);
  });
  return servesReductions_[op] = serves;
}

bool Grouping::servesReductions(const Group& group) const {
  return group.kind == Kind::map && llvm::all_of(group.ops, [&](mlir::Operation* op) {
           return roleOf(op) == Role::compute && servesReductions(op);
         });
}

bool Grouping::readSameTensor(const Group& a, const Group& b) const {
  llvm::DenseSet<mlir::Value> read;
  auto eachWholeBase = [&](const Group& group, auto&& f) {
    for (mlir::Operation* op : group.ops)
      for (mlir::Value operand : op->getOperands())
        if (mlir::Value base = pathTo(operand).base; elementCount(base) == group.elements) f(base);
  };
  eachWholeBase(a, [&](mlir::Value base) { read.insert(base); });
  bool shared = false;
  eachWholeBase(b, [&](mlir::Value base) { shared |= read.contains(base); });
  return shared;
}

bool Grouping::canShareLoops(int a, int b) const {
  const Group &first = groups_[a], &second = groups_[b];
  auto reductions = reductionsOf(first), others = reductionsOf(second);
  if (first.kind != Kind::reduce || second.kind != Kind::reduce || first.ops.size() + second.ops.size() > mostOps ||
      reductions.size() + others.size() > mostReductions)
    return false;
  for (mlir::Operation* reduction : llvm::concat<mlir::Operation* const>(reductions, others))
    if (!isLeadingReduction(reduction) || !overSameAxes(reduction, first.reduction)) return false;
  return readSameTensor(first, second) && !reaches(a, b) && !reaches(b, a);
}

void Grouping::joinReductions() {
  for (int a = 0; a < static_cast<int>(groups_.size()); ++a)
    for (int b = a + 1; b < static_cast<int>(groups_.size()); ++b)
      if (!groups_[a].ops.empty() && !groups_[b].ops.empty() && canShareLoops(a, b)) absorb(b, a);
}

}  // namespace stator::fuse
