// What an attention kernel does for a block of rows of its score matrices.
//
// A reduction needs the whole row, so what depends on it waits for the next pass. Scores that a product makes, that a
// product reads, and those that are dear and wanted in two passes lie in the scratch between passes; the others are
// computed on the way.
#include "compiler/cpu/fusion/attention_form.h"

#include "compiler/cpu/fusion/kept_values.h"
#include "runtime/error.h"

namespace stator::cpu {
namespace {

mlir::RankedTensorType typeOf(Value value) { return llvm::cast<mlir::RankedTensorType>(value.getType()); }

bool isReduction(mlir::Operation* op) { return llvm::isa<ir::SumOp, ir::MaxOp>(op); }

class FormFinder {
 public:
  explicit FormFinder(ir::FusionOp fusion) : block_(fusion.getBody().front()) {}

  AttentionForm run() {
    findProducts();
    findReductions();
    form_.passes.resize(reductions_.size() + 1);
    RowPasses passes = passesOf();
    for (auto [i, pass] : llvm::enumerate(form_.passes)) {
      if (i < reductions_.size()) pass.reductions = reductions_[i];
      for (Value scores : passes.keptBy(static_cast<int>(i))) pass.stores.push_back({scores});
      for (Value scores : passes.readBy(static_cast<int>(i))) pass.loads.push_back({scores});
    }
    assignSlots();
    llvm::erase_if(form_.passes, [](const RowPass& pass) { return pass.reductions.empty() && pass.stores.empty(); });
    return std::move(form_);
  }

 private:
  void findProducts() {
    for (auto op : block_.getOps<ir::MatmulOp>()) {
      llvm::ArrayRef<int64_t> shape = op.getType().getShape();
      if (Value scores = scoresBehind(op.getA()); scores.getDefiningOp()) {
        auto yields = block_.getTerminator()->getOperands();
        auto result = llvm::find(yields, op.getResult());
        if (result == yields.end()) throw InternalError("lower-cpu: a product over scores is not a result");
        bool transposed = op.getA().getDefiningOp<ir::PermuteOp>() != nullptr;
        form_.uses.push_back({scores, viewOf(op.getB()), shape.back(), transposed, size_t(result - yields.begin())});
        continue;
      }
      form_.groups = mlir::ShapedType::getNumElements(shape.drop_back(2));
      form_.queries = shape[shape.size() - 2], form_.keys = shape.back();
      form_.products.push_back(
          {op.getResult(), viewOf(op.getA()), viewOf(op.getB()), typeOf(op.getA()).getShape().back()});
    }
    if (form_.products.empty() || form_.uses.empty()) throw InternalError("lower-cpu: attention without products");
  }

  /// The pass in which each value is known, and the reductions of each.
  void findReductions() {
    for (mlir::Operation& op : block_.without_terminator()) {
      int pass = 0;
      for (Value operand : op.getOperands()) pass = std::max(pass, pass_.lookup(operand));
      if (isReduction(&op)) {
        if (reductions_.size() <= static_cast<size_t>(pass)) reductions_.resize(pass + 1);
        reductions_[pass++].push_back(&op);
      }
      pass_[op.getResult(0)] = pass;
    }
  }

  RowPasses passesOf() {
    llvm::SmallVector<llvm::SmallVector<Value>> wanted(reductions_.size() + 1);
    for (auto [i, reductions] : llvm::enumerate(reductions_))
      for (mlir::Operation* reduction : reductions) wanted[i].push_back(reduction->getOperand(0));
    RowPasses passes(std::move(wanted), form_.groups * form_.queries * form_.keys);
    for (const ScoreProduct& product : form_.products) passes.keep(product.scores, -1);
    for (const ScoreUse& use : form_.uses) passes.keep(use.scores, pass_.lookup(use.scores));
    passes.keepDear(block_);
    return passes;
  }

  /// Scores take the place of those that no later pass reads.
  void assignSlots() {
    constexpr int never = 1 << 20;
    llvm::DenseMap<Value, int> lastRead;
    for (auto [i, pass] : llvm::enumerate(form_.passes))
      for (const KeptScores& load : pass.loads) lastRead[load.scores] = static_cast<int>(i);
    for (const ScoreUse& use : form_.uses) lastRead[use.scores] = never;
    llvm::SmallVector<int> freeFrom;  // by slot: the pass that may write it
    auto take = [&](Value scores, int pass) {
      auto slot = llvm::find_if(freeFrom, [&](int from) { return from <= pass; });
      if (slot == freeFrom.end()) freeFrom.push_back(0), slot = std::prev(freeFrom.end());
      *slot = lastRead.count(scores) ? lastRead[scores] : pass;
      form_.slots[scores] = static_cast<int>(slot - freeFrom.begin());
    };
    for (const ScoreProduct& product : form_.products) take(product.scores, -1);
    for (auto [i, pass] : llvm::enumerate(form_.passes))
      for (const KeptScores& store : pass.stores) take(store.scores, static_cast<int>(i));
    for (RowPass& pass : form_.passes)
      for (auto* kept : {&pass.loads, &pass.stores})
        for (KeptScores& each : *kept) each.slot = form_.slots.lookup(each.scores);
    form_.slotCount = static_cast<int>(freeFrom.size());
  }

  mlir::Block& block_;
  AttentionForm form_;
  llvm::DenseMap<Value, int> pass_;
  llvm::SmallVector<llvm::SmallVector<mlir::Operation*>> reductions_;
};

}  // namespace

mlir::Value scoresBehind(mlir::Value value) {
  while (llvm::isa_and_present<ir::ReshapeOp, ir::DetachOp, ir::PermuteOp>(value.getDefiningOp()))
    value = value.getDefiningOp()->getOperand(0);
  return value;
}

AttentionForm attentionOf(ir::FusionOp fusion) {
  AttentionForm form = FormFinder(fusion).run();
  form.isCausal = isCausal(fusion, form.queries, form.keys);
  return form;
}

}  // namespace stator::cpu
