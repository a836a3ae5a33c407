// What an attention kernel does for a block of rows of its score matrices.
//
// A reduction needs the whole row, so what depends on it waits for the next pass. Scores that a product makes, that a
// product reads, and those that are dear and wanted in two passes lie in the scratch between passes; the others are
// computed on the way.
#include "compiler/cpu/fusion/attention_form.h"

#include "compiler/cpu/fusion/kernel.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/TypeSwitch.h"
#include "runtime/error.h"

namespace stator::cpu {
namespace {

mlir::RankedTensorType typeOf(Value value) { return llvm::cast<mlir::RankedTensorType>(value.getType()); }

bool isReduction(mlir::Operation* op) { return llvm::isa<ir::SumOp, ir::MaxOp>(op); }

bool isDear(mlir::Operation* op) {
  return llvm::isa<ir::ExpOp, ir::Expm1Op, ir::LogOp, ir::Log1pOp, ir::TanhOp, ir::SigmoidOp, ir::ErfOp, ir::GeluOp,
                   ir::GeluTanhOp, ir::SiluOp, ir::PowOp, ir::SinOp, ir::CosOp, ir::RandomUniformOp>(op);
}

class FormFinder {
 public:
  explicit FormFinder(ir::FusionOp fusion) : block_(fusion.getBody().front()) {}

  AttentionForm run() {
    findProducts();
    findPasses();
    keepDear();
    form_.passes.resize(reductions_.size() + 1);
    for (auto [i, pass] : llvm::enumerate(form_.passes)) {
      if (i < reductions_.size()) pass.reductions = reductions_[i];
      for (auto [scores, written] : written_)
        if (written == static_cast<int>(i)) pass.stores.push_back({scores});
      for (Value scores : readIn(static_cast<int>(i))) pass.loads.push_back({scores});
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

  bool isMatrix(Value value) const {
    return typeOf(value).getNumElements() == form_.groups * form_.queries * form_.keys;
  }

  /// The pass in which each value is known, and the reductions of each.
  void findPasses() {
    for (mlir::Operation& op : block_.without_terminator()) {
      int pass = 0;
      for (Value operand : op.getOperands()) pass = std::max(pass, pass_.lookup(operand));
      if (isReduction(&op)) {
        if (reductions_.size() <= static_cast<size_t>(pass)) reductions_.resize(pass + 1);
        reductions_[pass++].push_back(&op);
      }
      pass_[op.getResult(0)] = pass;
    }
    for (const ScoreProduct& product : form_.products) written_[product.scores] = -1;
    for (const ScoreUse& use : form_.uses) keep(use.scores);
  }

  void keep(Value scores) { written_.try_emplace(scores, pass_.lookup(scores)); }

  /// The kept scores that a pass reads, and with `met` all that it computes on the way.
  llvm::SetVector<Value> readIn(int pass, llvm::DenseSet<Value>* met = nullptr) const {
    llvm::SetVector<Value> read;
    llvm::DenseSet<Value> seen;
    llvm::SmallVector<Value> pending;
    if (static_cast<size_t>(pass) < reductions_.size())
      for (mlir::Operation* reduction : reductions_[pass]) pending.push_back(reduction->getOperand(0));
    for (auto [scores, written] : written_)
      if (written == pass) pending.push_back(scores);
    while (!pending.empty()) {
      Value value = pending.pop_back_val();
      if (!seen.insert(value).second || !isMatrix(value)) continue;
      auto known = written_.find(value);
      if (known != written_.end() && known->second < pass) {
        read.insert(value);
        continue;
      }
      if (mlir::Operation* op = value.getDefiningOp()) llvm::append_range(pending, op->getOperands());
    }
    if (met) *met = std::move(seen);
    return read;
  }

  /// Dear scores that two passes compute are kept by the first of them.
  void keepDear() {
    for (mlir::Operation& op : block_.without_terminator()) {
      Value scores = op.getResult(0);
      if (!isDear(&op) || !isMatrix(scores) || !typeOf(scores).getElementType().isF32() || written_.count(scores))
        continue;
      llvm::SmallVector<int> passes;
      for (int pass = 0; pass <= static_cast<int>(reductions_.size()); ++pass) {
        llvm::DenseSet<Value> met;
        readIn(pass, &met);
        if (met.contains(scores)) passes.push_back(pass);
      }
      if (passes.size() > 1) written_[scores] = passes.front();
    }
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
  llvm::MapVector<Value, int> written_;  // kept scores, and the pass that writes them; -1: a product does
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
