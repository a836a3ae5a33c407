// Stages of attention as `stator.fusion` ops.
#include "compiler/fuse/outline_attention.h"

#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/SetVector.h"
#include "mlir/Analysis/TopologicalSortUtils.h"
#include "mlir/IR/IRMapping.h"
#include "runtime/error.h"

namespace stator::fuse {
namespace {

/// The ops of one stage in their order.
using Stage = llvm::SetVector<mlir::Operation*>;

/// Has a stage compute once more what its ops read of earlier stages' matrices.
class Recomputation {
 public:
  Recomputation(const ScoreExtents& extents, const llvm::DenseSet<mlir::Operation*>& past)
      : extents_(extents), past_(past) {}

  Stage run(llvm::ArrayRef<mlir::Operation*> ops) {
    for (mlir::Operation* op : ops) {
      mlir::OpBuilder builder(op);
      for (mlir::OpOperand& operand : op->getOpOperands()) operand.set(again(builder, operand.get()));
      stage_.insert(op);
    }
    return std::move(stage_);
  }

 private:
  /// `value`, or the same computed at the builder's place where it is a matrix of an earlier stage.
  mlir::Value again(mlir::OpBuilder& builder, mlir::Value value) {
    mlir::Operation* base = withoutViews(value).getDefiningOp();
    if (!base || !past_.contains(base) || !isMatrix(base->getResult(0), extents_)) return value;
    if (mlir::Value known = copies_.lookup(value)) return known;
    mlir::Operation* op = value.getDefiningOp();
    mlir::IRMapping operands;
    for (mlir::Value operand : op->getOperands()) operands.map(operand, again(builder, operand));
    mlir::Operation* copy = builder.clone(*op, operands);
    if (op == base) stage_.insert(copy);
    return copies_[value] = copy->getResult(0);
  }

  const ScoreExtents& extents_;
  const llvm::DenseSet<mlir::Operation*>& past_;
  Stage stage_;
  llvm::DenseMap<mlir::Value, mlir::Value> copies_;
};

/// Makes the fusion of a stage, at its last op.
class StageOutliner {
 public:
  StageOutliner(const ScoreExtents& extents, const Stage& stage)
      : extents_(extents), stage_(stage), outer_(stage.back()), body_(new mlir::Block) {}

  void run() {
    llvm::SmallVector<mlir::Value> results, yields;
    for (mlir::Operation* op : stage_) {
      clone(op);
      if (isReadOutside(op->getResult(0))) results.push_back(op->getResult(0));
    }
    for (mlir::Value result : results) yields.push_back(inner_.lookup(result));
    mlir::Location location = stage_.back()->getLoc();
    atEnd().create<ir::YieldOp>(location, yields);
    auto fusion = outer_.create<ir::FusionOp>(location, mlir::TypeRange(mlir::ValueRange(yields)), inputs_,
                                              outer_.getStringAttr("attention"));
    fusion.getBody().push_back(body_);
    for (auto [result, output] : llvm::zip_equal(results, fusion.getResults())) result.replaceAllUsesWith(output);
  }

 private:
  mlir::OpBuilder atEnd() {
    mlir::OpBuilder builder(outer_.getContext());
    builder.setInsertionPointToEnd(body_);
    return builder;
  }

  bool isReadOutside(mlir::Value value) const {
    return llvm::any_of(value.getUsers(), [&](mlir::Operation* user) {
      if (user->hasTrait<mlir::OpTrait::IsTerminator>()) return true;
      return isRepeatableView(user) ? isReadOutside(user->getResult(0)) : !stage_.contains(user);
    });
  }

  void clone(mlir::Operation* op) {
    auto product = llvm::dyn_cast<ir::MatmulOp>(op);
    auto isFactor = [&](mlir::Value operand) { return product && !isOwn(operand); };
    for (mlir::Value operand : op->getOperands())
      if (!isFactor(operand) && !inner_.contains(operand)) inner_.map(operand, inside(operand));
    llvm::SmallVector<std::pair<unsigned, mlir::Value>, 2> factors;
    for (mlir::OpOperand& operand : op->getOpOperands())
      if (isFactor(operand.get())) factors.push_back({operand.getOperandNumber(), factor(product, operand)});
    mlir::Operation* copy = atEnd().clone(*op, inner_);
    for (auto [number, value] : factors) copy->setOperand(number, value);
  }

  /// Whether a value is computed in this stage, or a view of one that is.
  bool isOwn(mlir::Value value) const {
    mlir::Operation* base = withoutViews(value).getDefiningOp();
    return base && stage_.contains(base);
  }

  /// A product's factor is read through permutations alone; by rows whose elements lie side by side where the other
  /// factor is a matrix of scores.
  mlir::Value factor(ir::MatmulOp product, mlir::OpOperand& operand) {
    auto permute = operand.get().getDefiningOp<ir::PermuteOp>();
    bool readsScores = operand.getOperandNumber() == 1 && isOwn(product.getA());
    bool isRead = permute && (!readsScores || permute.getAxes().back() + 1 == int64_t(permute.getAxes().size()));
    if (!isRead) return argument(operand.get());
    mlir::IRMapping from;
    from.map(permute.getX(), argument(permute.getX()));
    return atEnd().clone(*permute, from)->getResult(0);
  }

  /// A view, a source, or an elementwise op that no product leads to, made anew; otherwise an argument.
  mlir::Value inside(mlir::Value value) {
    if (mlir::Value known = inner_.lookupOrNull(value)) return known;
    mlir::Operation* op = value.getDefiningOp();
    bool isRepeated = op && (isRepeatableView(op) || roleOf(op) == Role::source ||
                             (roleOf(op) == Role::compute && isMatrix(value, extents_)));
    if (!isRepeated) return argument(value);
    for (mlir::Value operand : op->getOperands())
      if (!inner_.contains(operand)) inner_.map(operand, inside(operand));
    return atEnd().clone(*op, inner_)->getResult(0);
  }

  mlir::Value argument(mlir::Value value) {
    for (auto [i, known] : llvm::enumerate(inputs_))
      if (known == value) return body_->getArgument(i);
    inputs_.push_back(value);
    return body_->addArgument(value.getType(), value.getLoc());
  }

  const ScoreExtents& extents_;
  const Stage& stage_;
  mlir::OpBuilder outer_;
  mlir::Block* body_;
  llvm::SmallVector<mlir::Value> inputs_;
  mlir::IRMapping inner_;
};

void dropDead(mlir::Block& block, llvm::MutableArrayRef<Stage> stages = {}) {
  llvm::SmallVector<mlir::Operation*> ops;
  for (mlir::Operation& op : block.without_terminator()) ops.push_back(&op);
  for (mlir::Operation* op : llvm::reverse(ops)) {
    if (!op->use_empty()) continue;
    for (Stage& stage : stages) stage.remove(op);
    op->erase();
  }
}

}  // namespace

void outlineAttention(mlir::Block& block, llvm::ArrayRef<Attention> attentions) {
  llvm::SmallVector<Stage> stages;
  llvm::SmallVector<ScoreExtents> extents;
  for (const Attention& attention : attentions) {
    llvm::DenseSet<mlir::Operation*> past;
    for (const auto& ops : attention.stages) {
      stages.push_back(Recomputation(attention.extents, past).run(ops));
      extents.push_back(attention.extents);
      past.insert(stages.back().begin(), stages.back().end());
    }
  }
  dropDead(block, stages);
  for (auto [of, stage] : llvm::zip_equal(extents, stages)) StageOutliner(of, stage).run();
  dropDead(block);
  if (!mlir::sortTopologically(&block)) throw InternalError("attention: kernels wait for each other");
}

}  // namespace stator::fuse
