// Groups of ops as `stator.fusion` ops.
#include "compiler/fuse/build_fusions.h"

#include "compiler/fuse/lifetimes.h"
#include "compiler/ir/dialect.h"
#include "compiler/ir/scan.h"
#include "compiler/ir/strided_view.h"
#include "llvm/ADT/SetVector.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/IRMapping.h"

namespace stator::fuse {
namespace {

/// The region of one fusion in the making.
struct Body {
  mlir::Block* block;
  llvm::SmallVector<mlir::Value> inputs;
  mlir::IRMapping inner;
};

class FusionBuilder {
 public:
  FusionBuilder(mlir::Block& block, const Grouping& grouping)
      : block_(block), grouping_(grouping), return_(block.getTerminator()), outer_(return_) {}

  void run() {
    llvm::SmallVector<mlir::Operation*> old;
    for (mlir::Operation& op : block_.without_terminator())
      if (!llvm::isa<ir::ScanOp, ir::FusionOp>(op)) old.push_back(&op);
    const Lifetimes lives(block_, grouping_);
    for (int group : lives.order()) {
      if (grouping_.groups()[group].kind == Kind::whole) place(grouping_.groups()[group].ops[0]);
      else build(group);
    }
    returnResults();
    for (mlir::Operation* op : llvm::reverse(old)) op->erase();
  }

 private:
  void build(int number) {
    const Group& group = grouping_.groups()[number];
    Body body{new mlir::Block, {}, {}};
    llvm::SmallVector<mlir::Value> results;
    for (mlir::Operation* op : group.ops) {
      clone(body, op);
      if (grouping_.isResult(op)) results.push_back(op->getResult(0));
    }
    llvm::SmallVector<mlir::Value> yields;
    for (mlir::Value result : results) yields.push_back(body.inner.lookup(result));
    ir::FusionOp fusion = finish(body, nameOf(group.kind), group.ops.back()->getLoc(), yields);
    for (auto [result, output] : llvm::zip_equal(results, fusion.getResults())) known_[result] = output;
  }

  /// Whether `value`, which a loop's state starts from, is computed for it alone, so that the loop may write over it.
  bool isOwn(mlir::Value value) const {
    while (auto reshape = value.getDefiningOp<ir::ReshapeOp>()) {
      if (!value.hasOneUse()) return false;
      value = reshape.getX();
    }
    return value.hasOneUse() && value.getDefiningOp() && !value.getDefiningOp<ir::ScanOp>();
  }

  /// A loop, or a kernel that is made already.
  void place(mlir::Operation* op) {
    auto scan = llvm::dyn_cast<ir::ScanOp>(op);
    for (mlir::OpOperand& operand : op->getOpOperands()) {
      bool isState = scan && operand.getOperandNumber() < scan.stateCount(), own = isState && isOwn(operand.get());
      mlir::Value value = outside(operand.get());
      operand.set(isState && !own ? copy(value) : value);
    }
    op->moveBefore(return_);
    for (mlir::Value result : op->getResults()) known_[result] = result;
  }

  ir::FusionOp finish(Body& body, llvm::StringRef kind, mlir::Location location, llvm::ArrayRef<mlir::Value> yields) {
    endOf(body).create<ir::YieldOp>(location, yields);
    auto fusion = outer_.create<ir::FusionOp>(location, mlir::TypeRange(mlir::ValueRange(yields)), body.inputs,
                                              outer_.getStringAttr(kind));
    fusion.getBody().push_back(body.block);
    return fusion;
  }

  /// A builder at the end of a region that has no op around it yet.
  mlir::OpBuilder endOf(Body& body) {
    mlir::OpBuilder builder(outer_.getContext());
    builder.setInsertionPointToEnd(body.block);
    return builder;
  }

  void clone(Body& body, mlir::Operation* op) {
    bool strided = roleOf(op) == Role::contraction && !llvm::isa<ir::WinogradConvolutionOp>(op);
    for (mlir::Value operand : op->getOperands())
      if (!body.inner.contains(operand)) body.inner.map(operand, inside(body, operand, strided));
    endOf(body).clone(*op, body.inner);
  }

  /// An operand inside a region: a view or source made anew, or an argument. `strided`: through permutations and slices
  /// alone.
  mlir::Value inside(Body& body, mlir::Value value, bool strided) {
    if (mlir::Value known = body.inner.lookupOrNull(value)) return known;
    mlir::Operation* op = value.getDefiningOp();
    bool isRead = op && grouping_.groupOf(op) < 0 &&
                  (!strided || llvm::isa<ir::PermuteOp>(op) || ir::stridedView(value).isSliced);
    if (!isRead) return argument(body, value);
    for (mlir::Value operand : op->getOperands())
      if (!body.inner.contains(operand)) body.inner.map(operand, inside(body, operand, strided));
    return endOf(body).clone(*op, body.inner)->getResult(0);
  }

  mlir::Value argument(Body& body, mlir::Value value) {
    mlir::Value input = outside(value);
    for (auto [i, known] : llvm::enumerate(body.inputs))
      if (known == input) return body.block->getArgument(i);
    body.inputs.push_back(input);
    return body.block->addArgument(input.getType(), value.getLoc());
  }

  /// A value between fusions: an argument of the function, a fusion's result, or a reshape of one.
  mlir::Value outside(mlir::Value value) {
    if (llvm::isa<mlir::BlockArgument>(value)) return value;
    mlir::Value& known = known_[value];
    if (known) return known;
    auto reshape = llvm::cast<ir::ReshapeOp>(value.getDefiningOp());
    mlir::Value from = outside(reshape.getX());
    return known_[value] = outer_.create<ir::ReshapeOp>(value.getLoc(), value.getType(), from);
  }

  void returnResults() {
    llvm::DenseSet<mlir::Value> returned;
    for (mlir::OpOperand& operand : return_->getOpOperands()) {
      mlir::Value value = outside(operand.get()), base = ir::withoutReshapes(value);
      operand.set(value);
      auto argument = llvm::dyn_cast<mlir::BlockArgument>(base);
      bool isOld = argument && isUnchanged(argument, operand.getOperandNumber());
      bool isNew = !argument && !base.getDefiningOp<ir::ScanOp>() && returned.insert(base).second;
      if (!isOld && !isNew && !isHistory(operand)) operand.set(copy(value));
    }
  }

  /// Whether result `result` leaves a slot, or a state of a loop, with the value that it has.
  bool isUnchanged(mlir::BlockArgument argument, unsigned result) {
    if (auto scan = llvm::dyn_cast<ir::ScanOp>(block_.getParentOp()))
      return result < scan.stateCount() && argument.getArgNumber() == result;
    auto function = llvm::cast<mlir::func::FuncOp>(block_.getParentOp());
    mlir::Attribute slot = function.getArgAttr(argument.getArgNumber(), ir::slotAttr);
    return slot && slot == function.getResultAttr(result, ir::updateAttr);
  }

  /// Whether a step's result is one of the loop's states, all of which are kept then.
  bool isHistory(mlir::OpOperand& operand) {
    auto scan = llvm::dyn_cast<ir::ScanOp>(block_.getParentOp());
    return scan && operand.getOperandNumber() >= scan.stateCount() && scan.historyOf(operand.get()).has_value();
  }

  mlir::Value copy(mlir::Value value) {
    Body body{new mlir::Block, {value}, {}};
    mlir::Value inside = body.block->addArgument(value.getType(), value.getLoc());
    return finish(body, nameOf(Kind::map), value.getLoc(), inside).getResult(0);
  }

  mlir::Block& block_;
  const Grouping& grouping_;
  mlir::Operation* return_;
  mlir::OpBuilder outer_;
  llvm::DenseMap<mlir::Value, mlir::Value> known_;
};

}  // namespace

void buildFusions(mlir::Block& block, const Grouping& grouping) { FusionBuilder(block, grouping).run(); }

}  // namespace stator::fuse
