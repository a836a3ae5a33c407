// Reductions over leading axes: what is computed for them alone is computed in their kernels, and those that read the
// same tensor share one.
//
// Such a reduction cannot go back to the whole shape, so it stands behind the kernel that makes its operand. If that
// kernel also computed `dy * x` for a sum, the product would be stored and read once more; the sum reads dy and x
// instead.
#include "compiler/fuse/group_ops.h"

#include <set>

namespace stator::fuse {
namespace {

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

/// The tensors that a group reads in the extents of its loops.
llvm::SmallSetVector<mlir::Value, 4> Grouping::wholeTensorsOf(const Group& group) const {
  llvm::SmallSetVector<mlir::Value, 4> tensors;
  for (mlir::Operation* op : group.ops)
    for (mlir::Value operand : op->getOperands())
      if (mlir::Value base = pathTo(operand).base; elementCount(base) == group.elements) tensors.insert(base);
  return tensors;
}

bool Grouping::canShareLoops(int a, int b) const {
  const Group &first = groups_[a], &second = groups_[b];
  auto reductions = reductionsOf(first), others = reductionsOf(second);
  if (first.kind != Kind::reduce || second.kind != Kind::reduce || first.ops.size() + second.ops.size() > mostOps ||
      reductions.size() + others.size() > mostReductions)
    return false;
  for (mlir::Operation* reduction : llvm::concat<mlir::Operation* const>(reductions, others))
    if (!isLeadingReduction(reduction) || !overSameAxes(reduction, first.reduction)) return false;
  return !reaches(a, b) && !reaches(b, a);
}

/// Looks for partners among those that read the same tensor alone: of all pairs there are too many in a deep network.
void Grouping::joinReductions() {
  llvm::DenseMap<mlir::Value, llvm::SmallVector<int, 2>> readers;
  for (auto [number, group] : llvm::enumerate(groups_))
    if (group.kind == Kind::reduce)
      for (mlir::Value tensor : wholeTensorsOf(group)) readers[tensor].push_back(static_cast<int>(number));
  for (int a = 0; a < static_cast<int>(groups_.size()); ++a) {
    if (groups_[a].kind != Kind::reduce || groups_[a].ops.empty()) continue;
    std::set<int> partners;
    auto addReaders = [&](const Group& group) {
      for (mlir::Value tensor : wholeTensorsOf(group)) partners.insert(readers[tensor].begin(), readers[tensor].end());
    };
    addReaders(groups_[a]);
    for (auto b = partners.upper_bound(a); b != partners.end(); ++b) {
      if (groups_[*b].ops.empty() || !canShareLoops(a, *b)) continue;
      addReaders(groups_[*b]);
      absorb(*b, a);
    }
  }
}

}  // namespace stator::fuse
