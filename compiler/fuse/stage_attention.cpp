// Attention's ops in stages: an op has the stage of those that it reads, and the next one where it reads something that
// was computed elsewhere from what a stage gives. Gradients are the second stage, gradients of them the third.
#include "compiler/fuse/stage_attention.h"

#include "llvm/ADT/DenseMap.h"

namespace stator::fuse {
namespace {

/// The ops of a block by number, with the numbers of those that each reads.
class Numbering {
 public:
  explicit Numbering(mlir::Block& block) {
    for (mlir::Operation& op : block) {
      numbers_[&op] = static_cast<int>(ops_.size());
      ops_.push_back(&op);
      auto& reads = reads_.emplace_back();
      for (mlir::Value operand : op.getOperands())
        if (mlir::Operation* producer = operand.getDefiningOp()) reads.push_back(numbers_.lookup(producer));
    }
  }

  int count() const { return static_cast<int>(ops_.size()); }
  int of(mlir::Operation* op) const { return numbers_.lookup(op); }
  mlir::Operation* at(int number) const { return ops_[number]; }
  llvm::ArrayRef<int> readBy(int number) const { return reads_[number]; }

 private:
  llvm::DenseMap<mlir::Operation*, int> numbers_;
  std::vector<mlir::Operation*> ops_;
  std::vector<llvm::SmallVector<int, 3>> reads_;
};

/// Which stage each op is in, by number; -1: none. Views of what a stage computes are in it.
using StageOfOp = std::vector<int>;

StageOfOp stagesIn(const Numbering& numbering, llvm::ArrayRef<mlir::Operation*> members) {
  constexpr int none = -1;
  StageOfOp stages(numbering.count(), none);
  std::vector<int> earliest(numbering.count(), 0);  // the stage that what reads this op may be in
  std::vector<bool> isMember(numbering.count(), false);
  for (mlir::Operation* op : members) isMember[numbering.of(op)] = true;
  for (int number = numbering.of(members.front()); number <= numbering.of(members.back()); ++number) {
    int stage = 0;
    bool readsStage = false;
    for (int read : numbering.readBy(number)) {
      bool isInside = isMember[number] || isRepeatableView(numbering.at(number));
      readsStage |= stages[read] != none;
      stage = std::max(stage, stages[read] == none || isInside ? earliest[read] : earliest[read] + 1);
    }
    earliest[number] = stage;
    if (isMember[number] || (readsStage && isRepeatableView(numbering.at(number)))) stages[number] = stage;
  }
  return stages;
}

/// Whether the stages, each as one, can be put in an order with all other ops.
bool haveAnOrder(const Numbering& numbering, llvm::ArrayRef<StageOfOp> attentions) {
  std::vector<int> node(numbering.count());
  int nodes = numbering.count();
  for (int number = 0; number < numbering.count(); ++number) node[number] = number;
  for (const StageOfOp& stages : attentions) {
    int first = nodes;
    for (int number = 0; number < numbering.count(); ++number)
      if (stages[number] >= 0) node[number] = first + stages[number], nodes = std::max(nodes, node[number] + 1);
  }
  std::vector<llvm::SmallVector<int, 3>> readers(nodes);
  std::vector<int> waits(nodes, 0), ready;
  for (int number = 0; number < numbering.count(); ++number)
    for (int read : numbering.readBy(number))
      if (node[read] != node[number]) readers[node[read]].push_back(node[number]), ++waits[node[number]];
  for (int i = 0; i < nodes; ++i)
    if (waits[i] == 0) ready.push_back(i);
  int done = 0;
  for (; !ready.empty(); ++done) {
    int next = ready.back();
    ready.pop_back();
    for (int reader : readers[next])
      if (--waits[reader] == 0) ready.push_back(reader);
  }
  return done == nodes;
}

bool isExit(mlir::Operation* op, llvm::ArrayRef<mlir::Operation*> members) {
  auto product = llvm::dyn_cast<ir::MatmulOp>(op);
  return product && llvm::is_contained(members, withoutViews(product.getA()).getDefiningOp());
}

/// The ops by their stages; no stages where one would not be worth a kernel.
void divide(Attention& attention, const Numbering& numbering, const StageOfOp& stageOfOp) {
  llvm::SmallVector<mlir::Operation*> members = std::move(attention.stages[0]);
  llvm::SmallVector<bool> reads;
  attention.stages.clear();
  for (mlir::Operation* op : members) {
    auto stage = static_cast<size_t>(stageOfOp[numbering.of(op)]);
    if (attention.stages.size() <= stage) attention.stages.resize(stage + 1), reads.resize(stage + 1);
    attention.stages[stage].push_back(op);
    reads[stage] = reads[stage] || isExit(op, members);
  }
  bool reduces = llvm::any_of(attention.stages[0], [](mlir::Operation* op) { return roleOf(op) == Role::reduction; });
  if (!reduces || llvm::is_contained(reads, false)) attention.stages.clear();
}

}  // namespace

llvm::SmallVector<Attention> stagesOf(mlir::Block& block, llvm::SmallVector<std::pair<int, Attention>> found) {
  llvm::SmallVector<Attention> all;
  if (found.empty()) return all;
  const Numbering numbering(block);
  llvm::SmallVector<StageOfOp> stages;
  for (auto& [number, attention] : found) {
    StageOfOp of = stagesIn(numbering, attention.stages[0]);
    divide(attention, numbering, of);
    if (attention.stages.empty()) continue;
    stages.push_back(std::move(of));
    all.push_back(std::move(attention));
  }
  if (!haveAnOrder(numbering, stages)) all.clear();
  return all;
}

}  // namespace stator::fuse
