// Ops that read rows go inside, as long as there is a rule for them and they wait for no sum over all rows.
#include "compiler/blocks/partition.h"

#include <algorithm>

#include "compiler/fuse/find_attention.h"
#include "compiler/fuse/lifetimes.h"
#include "compiler/fuse/op_roles.h"
#include "compiler/ir/dialect.h"

namespace stator::blocks {
namespace {

using fuse::Role;

/// A row's part of each value on the way to a total that is computed ahead of the loop.
constexpr int64_t mostAheadBytes = 4 << 10;

class Search {
 public:
  explicit Search(mlir::func::FuncOp function) : function_(function), block_(function.getBody().front()) {}

  /// Ops whose results could not leave the loop stay outside, which may take others with them: until all can.
  Partition run() {
    do classify();
    while (takeAheadWhatOthersWaitFor() || keepOutWhatCannotLeave());
    return std::move(found_);
  }

 private:
  void seed() {
    found_ = Partition();
    for (mlir::BlockArgument argument : function_.getArguments()) {
      auto type = fuse::typeOf(argument);
      if (!function_.getArgAttr(argument.getArgNumber(), ir::inputAttr) || type.getRank() == 0) continue;
      if (found_.batch == 0) found_.batch = type.getDimSize(0);
      if (type.getDimSize(0) == found_.batch) found_.parts[argument] = {};
    }
  }

  bool isBehind(mlir::Value value) const {
    auto part = found_.parts.find(value);
    bool total = part != found_.parts.end() && part->second.kind == Part::Kind::total;
    return total || found_.behind.contains(value.getDefiningOp());
  }

  void classify() {
    seed();
    if (found_.batch < 2) return;
    for (mlir::Operation& op : block_.without_terminator()) {
      if (ahead_.contains(&op)) continue;
      if (llvm::any_of(op.getOperands(), [&](mlir::Value value) { return isBehind(value); })) {
        found_.behind.insert(&op);
      } else if (readsRows(&op)) {
        auto part = outside_.contains(&op) ? std::nullopt : partOf(&op, found_.parts, found_.batch);
        if (part) found_.inside.insert(&op), found_.parts[op.getResult(0)] = *part;
        else found_.behind.insert(&op);
      }
    }
  }

  bool readsRows(mlir::Operation* op) const {
    return llvm::any_of(op->getOperands(), [&](mlir::Value value) { return found_.parts.contains(value); });
  }

  /// Rows that wait for a total would all be behind the loop. A total that is cheap, such as the number of labels that
  /// count, is computed ahead of it, from whole inputs.
  bool takeAheadWhatOthersWaitFor() {
    bool any = false;
    if (llvm::none_of(found_.behind, [&](mlir::Operation* op) { return readsRows(op); })) return any;
    for (mlir::Operation* op : found_.inside) {
      if (found_.parts.lookup(op->getResult(0)).kind != Part::Kind::total) continue;
      llvm::SetVector<mlir::Operation*> chain;
      bool cheap = isCheap(op);
      chain.insert(op);
      for (size_t i = 0; cheap && i < chain.size(); ++i)
        for (mlir::Value operand : chain[i]->getOperands()) {
          mlir::Operation* made = operand.getDefiningOp();
          if (!found_.isInside(made)) continue;
          cheap = cheap && isCheap(made);
          chain.insert(made);
        }
      if (!cheap) continue;
      ahead_.insert(chain.begin(), chain.end());
      any = true;
    }
    return any;
  }

  bool isCheap(mlir::Operation* op) const {
    const Role role = fuse::roleOf(op);
    bool light = role == Role::compute || role == Role::view || role == Role::source || role == Role::reduction;
    return light && fuse::bytesOf(op->getResult(0)) <= mostAheadBytes * found_.batch;
  }

  /// From the last op to the first, since what is kept out takes with it whose results it reads.
  bool keepOutWhatCannotLeave() {
    bool any = false;
    auto stays = [&](mlir::Operation* user) { return found_.isInside(user) && !outside_.contains(user); };
    for (mlir::Operation* op : llvm::reverse(found_.inside)) {
      mlir::Value result = op->getResult(0);
      if (llvm::all_of(result.getUsers(), stays)) continue;
      const Part part = found_.parts.lookup(result);
      bool leaves = part.kind == Part::Kind::total || (part.kind == Part::Kind::rows && part.axis == 0);
      if (leaves) found_.leaving.insert(result);
      else any |= outside_.insert(op).second;
    }
    return any;
  }

  mlir::func::FuncOp function_;
  mlir::Block& block_;
  llvm::DenseSet<mlir::Operation*> outside_, ahead_;
  Partition found_;
};

bool isHeavy(mlir::Operation* op) {
  const Role role = fuse::roleOf(op);
  return role != Role::compute && role != Role::view && role != Role::source;
}

/// The ops that read a value, behind views of it.
llvm::SetVector<mlir::Operation*> readersOf(mlir::Value value) {
  llvm::SetVector<mlir::Operation*> readers, views;
  auto add = [&](mlir::Value of) {
    for (mlir::Operation* user : of.getUsers()) {
      bool terminates = user->hasTrait<mlir::OpTrait::IsTerminator>();
      (terminates || fuse::roleOf(user) != Role::view ? readers : views).insert(user);
    }
  };
  add(value);
  for (size_t i = 0; i < views.size(); ++i) add(views[i]->getResult(0));
  return readers;
}

/// The place in `order` of the last reader of what is likely to lie in memory: what a kernel makes that does more than
/// compute its elements, or what such a kernel reads, but for a reduction, which computes it itself. -1 for others.
int64_t lastReader(mlir::Operation* op, const llvm::DenseMap<mlir::Operation*, int64_t>& order) {
  if (fuse::roleOf(op) == Role::view) return -1;
  llvm::SetVector<mlir::Operation*> readers = readersOf(op->getResult(0));
  bool isRead =
      llvm::any_of(readers, [](auto* reader) { return isHeavy(reader) && fuse::roleOf(reader) != Role::reduction; });
  if (!isRead && !(isHeavy(op) && readers.size() > 1)) return -1;
  int64_t last = -1;
  for (mlir::Operation* reader : readers) last = std::max(last, order.lookup(reader));
  return last;
}

/// Ops whose results are rows of score matrices, which never lie in memory.
llvm::DenseSet<mlir::Operation*> scoreOps(mlir::Block& block) {
  llvm::DenseSet<mlir::Operation*> ops;
  for (const fuse::Attention& attention : fuse::findAttention(block, 0))
    for (const auto& stage : attention.stages)
      for (mlir::Operation* op : stage)
        if (fuse::isMatrix(op->getResult(0), attention.extents)) ops.insert(op);
  return ops;
}

int64_t widestOf(const Partition& partition) {
  llvm::DenseMap<mlir::Operation*, int64_t> order;
  for (mlir::Operation* op : partition.inside) order[op] = static_cast<int64_t>(order.size());
  const auto scores = scoreOps(*partition.inside.front()->getBlock());
  llvm::SmallVector<int64_t> changes(order.size() + 1, 0);
  for (mlir::Operation* op : partition.inside) {
    mlir::Value result = op->getResult(0);
    int64_t last = partition.leaving.contains(result) || scores.contains(op) ? -1 : lastReader(op, order);
    if (last < 0) continue;
    changes[order[op]] += fuse::bytesOf(result);
    changes[last + 1] -= fuse::bytesOf(result);
  }
  int64_t now = 0, most = 0;
  for (int64_t change : changes) most = std::max(most, now += change);
  return most;
}

}  // namespace

Partition partitionOf(mlir::func::FuncOp function) { return Search(function).run(); }

Traffic trafficOf(const Partition& partition) {
  Traffic traffic;
  if (partition.inside.empty()) return traffic;
  traffic.live = widestOf(partition);
  for (mlir::Operation* op : partition.inside) {
    if (partition.parts.lookup(op->getResult(0)).kind == Part::Kind::total)
      traffic.eachBlock += 2 * fuse::bytesOf(op->getResult(0));
    if (fuse::roleOf(op) != Role::contraction) continue;
    for (mlir::Value operand : op->getOperands())
      if (!partition.parts.contains(operand)) traffic.eachBlock += fuse::bytesOf(operand);
  }
  return traffic;
}

int64_t blocksFor(const Traffic& traffic, int64_t batch, int64_t leastBytes, int64_t nearBytes) {
  if (traffic.live < leastBytes) return 1;
  int64_t best = 1;
  for (int64_t blocks = 2; blocks <= batch; ++blocks) {
    if (batch % blocks != 0) continue;
    if ((blocks - 1) * traffic.eachBlock > traffic.live) break;
    best = blocks;
    if (traffic.live / blocks <= nearBytes) break;
  }
  return best;
}

}  // namespace stator::blocks
