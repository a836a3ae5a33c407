// The order of kernels: each has the turn of the first kernel that needs it, so that values live as briefly as they
// can.
//
// An optimizer's update is part of the kernel that makes the gradient, but the scalars that it needs (the bias
// corrections of Adam) stand at the end of the program. They come forward to the first gradient: if all gradients
// waited for them, every value of the forward pass would be kept until the end.
#include <algorithm>
#include <set>

#include "compiler/fuse/group_ops.h"

namespace stator::fuse {
namespace {

using Consumers = llvm::SmallVector<llvm::SmallSetVector<int, 8>>;

/// Groups in an order in which each follows those that it reads; of those that are ready, by `turns`.
llvm::SmallVector<int> sorted(const Consumers& consumers, llvm::ArrayRef<int> groups, llvm::ArrayRef<int> turns) {
  llvm::SmallVector<int> waits(consumers.size(), 0), order;
  for (int group : groups)
    for (int consumer : consumers[group]) ++waits[consumer];
  std::set<std::pair<int, int>> ready;  // turn and group
  for (int group : groups)
    if (waits[group] == 0) ready.insert({turns[group], group});
  while (!ready.empty()) {
    int next = ready.begin()->second;
    ready.erase(ready.begin());
    order.push_back(next);
    for (int consumer : consumers[next])
      if (--waits[consumer] == 0) ready.insert({turns[consumer], consumer});
  }
  assert(order.size() == groups.size() && "groups wait");
  return order;
}

}  // namespace

llvm::SmallVector<int> Grouping::order() const {
  llvm::SmallVector<int> groups;
  for (auto [number, group] : llvm::enumerate(groups_))
    if (!group.ops.empty()) groups.push_back(static_cast<int>(number));
  llvm::sort(groups, [&](int a, int b) { return groups_[a].ops.front()->isBeforeInBlock(groups_[b].ops.front()); });
  llvm::SmallVector<int> turns(groups_.size(), 0);
  for (auto [turn, group] : llvm::enumerate(groups)) turns[group] = static_cast<int>(turn);
  Consumers consumers(groups_.size());
  for (int group : groups)
    for (mlir::Operation* op : groups_[group].ops)
      for (int producer : producersOf(op))
        if (producer != group) consumers[producer].insert(group);
  const llvm::SmallVector<int> inOrder = sorted(consumers, groups, turns);
  for (int group : llvm::reverse(inOrder))
    if (groups_[group].elements == 1)
      for (int consumer : consumers[group]) turns[group] = std::min(turns[group], turns[consumer]);
  return sorted(consumers, groups, turns);
}

}  // namespace stator::fuse
