// How long values between kernels live.
#include "compiler/fuse/lifetimes.h"

#include <limits>

namespace stator::fuse {
namespace {

constexpr int64_t forever = std::numeric_limits<int64_t>::max();

bool isReturn(mlir::Operation* op) { return op->hasTrait<mlir::OpTrait::IsTerminator>(); }

}  // namespace

int64_t bytesOf(mlir::Value value) { return elementCount(value) * ((typeOf(value).getElementTypeBitWidth() + 7) / 8); }

Lifetimes::Lifetimes(mlir::Block& block, const Grouping& grouping) : grouping_(grouping) {
  moments_.assign(grouping.groups().size(), -1);
  for (auto [moment, group] : llvm::enumerate(grouping.order())) moments_[group] = static_cast<int64_t>(moment);
  for (mlir::Operation& op : block.without_terminator())
    if (grouping.groupOf(&op) >= 0 && roleOf(&op) != Role::loop && roleOf(&op) != Role::kernel &&
        grouping.isResult(&op))
      lives_.insert({&op, {momentOf(&op), 0}});
  findLives();
  findMost();
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
  auto life = lives_.find(value.getDefiningOp());
  return life == lives_.end() ? -1 : life->second.last;
}

void Lifetimes::findLives() {
  for (auto& [op, life] : lives_) {
    life.last = life.first;
    for (mlir::Operation* reader : readersOf(op->getResult(0)))
      life.last = std::max(life.last, isReturn(reader) ? forever : momentOf(reader));
  }
}

void Lifetimes::findMost() {
  llvm::SmallVector<int64_t> changes(moments_.size() + 1, 0);
  for (auto& [op, life] : lives_) {
    if (life.last == forever) continue;
    changes[life.first] += bytesOf(op->getResult(0));
    changes[life.last + 1] -= bytesOf(op->getResult(0));
  }
  int64_t now = 0;
  for (auto [moment, change] : llvm::enumerate(changes)) {
    now += change;
    if (now > mostBytes_) mostBytes_ = now, mostMoment_ = static_cast<int64_t>(moment);
  }
  for (auto& [op, life] : lives_)
    if (life.first < mostMoment_ && mostMoment_ <= life.last && life.last != forever) waiting_.push_back(op);
}

}  // namespace stator::fuse
