// How long values between kernels live.
#include "compiler/fuse/lifetimes.h"

#include <algorithm>
#include <limits>

#include "compiler/fuse/order_by_memory.h"

namespace stator::fuse {
namespace {

constexpr int64_t forever = std::numeric_limits<int64_t>::max();

bool isReturn(mlir::Operation* op) { return op->hasTrait<mlir::OpTrait::IsTerminator>(); }

}  // namespace

Lifetimes::Lifetimes(mlir::Block& block, const Grouping& grouping)
    : grouping_(grouping), values_(heldValues(block, grouping)), order_(orderByMemory(block, grouping, values_)) {
  moments_.assign(grouping.groups().size(), -1);
  for (auto [moment, group] : llvm::enumerate(order_)) moments_[group] = static_cast<int>(moment);
  bytes_ = bytesByTurn(values_, moments_);
  mostMoment_ = std::max_element(bytes_.begin(), bytes_.end()) - bytes_.begin();
  for (const HeldValue& held : values_) {
    Life life = lifeOf(held);
    lasts_[held.value] = held.isReturned ? forever : life.last;
    if (life.first < mostMoment_ && mostMoment_ <= life.last && !held.isReturned)
      waiting_.push_back(held.value.getDefiningOp());
  }
}

int64_t Lifetimes::momentOf(mlir::Operation* op) const {
  int group = grouping_.groupOf(op);
  return group < 0 ? -1 : moments_[group];
}

llvm::SmallVector<mlir::Operation*> Lifetimes::readersOf(mlir::Value value) const {
  llvm::SmallSetVector<mlir::Operation*, 8> seen;
  llvm::SmallVector<mlir::Operation*> readers;
  for (mlir::Operation* user : value.getUsers()) seen.insert(user);
  for (size_t i = 0; i < seen.size(); ++i) {
    mlir::Operation* op = seen[i];
    if (isReturn(op) || grouping_.groupOf(op) >= 0) readers.push_back(op);
    else
      for (mlir::Operation* user : op->getUsers()) seen.insert(user);
  }
  return readers;
}

int64_t Lifetimes::lastMoment(mlir::Value value) const {
  auto last = lasts_.find(value);
  return last == lasts_.end() ? -1 : last->second;
}

}  // namespace stator::fuse
