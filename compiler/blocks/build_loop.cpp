// The step of the loop is a copy of the ops inside, with fewer rows.
#include "compiler/blocks/build_loop.h"

#include "compiler/fuse/op_roles.h"
#include "compiler/interface/ops/movement.h"
#include "compiler/ir/build.h"
#include "compiler/ir/loop_builder.h"
#include "compiler/ir/scan.h"
#include "compiler/ir/tensor_type.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/IRMapping.h"

namespace stator::blocks {
namespace {

using Kind = Part::Kind;
using Shape = llvm::SmallVector<int64_t>;

Shape shapeOf(mlir::Value value) { return llvm::to_vector(fuse::typeOf(value).getShape()); }

mlir::RankedTensorType withShape(mlir::Value like, llvm::ArrayRef<int64_t> shape) {
  return fuse::typeOf(like).clone(shape);
}

mlir::Value reshaped(mlir::OpBuilder& builder, mlir::Value value, mlir::Type type) {
  return value.getType() == type ? value : ir::buildOpAs(builder, value.getLoc(), rule::Reshape{}, {value}, type);
}

class Loop {
 public:
  Loop(mlir::func::FuncOp function, const Partition& partition, int64_t blocks)
      : block_(function.getBody().front()),
        partition_(partition),
        blocks_(blocks),
        before_(block_.getTerminator()),
        input_(firstInput(function, partition)),
        sequence_(sequenceOf(input_)),
        loop_(sequence_) {}

  void build() {
    for (mlir::Operation* op : partition_.inside) copy(op);
    for (mlir::Value value : partition_.leaving) leave(value);
    loop_.end();
    mlir::OpBuilder builder(block_.getTerminator());
    ir::ScanOp scan = loop_.finish(builder, sequence_.getLoc(), false);
    for (mlir::Operation* op : partition_.behind) op->moveBefore(block_.getTerminator());
    builder.setInsertionPointAfter(scan);
    for (auto& [value, resultOf] : results_) {
      mlir::Value result = reshaped(builder, resultOf(scan), value.getType());
      value.replaceUsesWithIf(result, [&](mlir::OpOperand& use) { return !partition_.isInside(use.getOwner()); });
    }
    for (mlir::Operation* op : llvm::reverse(partition_.inside)) op->erase();
  }

 private:
  static mlir::Value firstInput(mlir::func::FuncOp function, const Partition& partition) {
    for (mlir::BlockArgument argument : function.getArguments())
      if (partition.parts.contains(argument)) return argument;
    return {};
  }

  /// [batch * each, ...] as [blocks, batch / blocks * each, ...].
  mlir::Value sequenceOf(mlir::Value whole) {
    Shape shape = shapeOf(whole);
    shape[0] /= blocks_;
    shape.insert(shape.begin(), blocks_);
    return reshaped(before_, whole, withShape(whole, shape));
  }

  /// The type of a block's part of `value`.
  mlir::Type ofBlock(mlir::Value value, const Part& part) const {
    Shape shape = shapeOf(value);
    if (part.kind == Kind::rows) shape[part.axis] /= blocks_;
    if (part.kind == Kind::parts) shape[0] = partsOfBlock(shape[0]);
    return withShape(value, shape);
  }

  /// A block's images are cut into as many parts as are as large as before, or less.
  int64_t partsOfBlock(int64_t parts) const {
    int64_t images = partition_.batch / blocks_, count = (parts + blocks_ - 1) / blocks_;
    while (images % count != 0) --count;
    return count;
  }

  mlir::Value elementOf(mlir::Value whole) {
    mlir::Value& known = elements_[whole];
    if (known) return known;
    mlir::Value sequence = whole == input_ ? sequence_ : sequenceOf(whole);
    mlir::BlockArgument element = loop_.addElement(ir::elementOf(sequence.getType()));
    loop_.setSequence(element, sequence);
    return known = element;
  }

  /// Views and constants are made anew inside: they cost nothing there, and would be copied to enter.
  mlir::Value invariantOf(mlir::Value whole) {
    if (mlir::Value known = invariants_.lookup(whole)) return known;
    mlir::Operation* op = whole.getDefiningOp();
    bool free = op && (fuse::roleOf(op) == fuse::Role::view || fuse::roleOf(op) == fuse::Role::source);
    mlir::Value inside = free ? madeInside(op)->getResult(0) : mlir::Value(loop_.addInvariant(whole));
    return invariants_[whole] = inside;
  }

  mlir::Operation* madeInside(mlir::Operation* op) {
    mlir::IRMapping operands;
    for (mlir::Value value : op->getOperands()) operands.map(value, invariantOf(value));
    return loop_.atEnd().clone(*op, operands);
  }

  /// What an op whose block's result is part `of` the batch reads of an operand.
  mlir::Value operandFor(mlir::Operation* op, mlir::Value operand, const Part& of) {
    if (mlir::Value copied = copies_.lookupOrNull(operand)) return copied;
    if (partition_.parts.contains(operand)) return elementOf(operand);  // an input
    if (!seesRows(op)) return invariantOf(operand);
    if (sightOf(operand, of) == Sight::sliced) return elementOf(operand);
    mlir::Operation* again = madeInside(operand.getDefiningOp());
    again->getResult(0).setType(llvm::cast<mlir::RankedTensorType>(ofBlock(operand, of)));
    return again->getResult(0);
  }

  /// Whether an operand that is there as a whole has an axis of rows in the op, beside those that are rows: not the
  /// weights of a product, nor a table.
  bool seesRows(mlir::Operation* op) const {
    if (llvm::isa<ir::ConvolutionOp, ir::WinogradConvolutionOp>(op)) return false;
    if (auto gather = llvm::dyn_cast<ir::GatherOp>(op)) return gather.getAxis() != 0;
    auto matmul = llvm::dyn_cast<ir::MatmulOp>(op);
    return !matmul || partition_.parts.lookup(op->getResult(0)).axis < matmul.getType().getRank() - 2;
  }

  void copy(mlir::Operation* op) {
    const Part part = partition_.parts.lookup(op->getResult(0));
    mlir::IRMapping operands;
    for (mlir::Value operand : op->getOperands())
      if (!operands.contains(operand)) operands.map(operand, operandFor(op, operand, rowsSeenBy(op)));
    mlir::OpBuilder inside = loop_.atEnd();
    mlir::Operation* copied = inside.clone(*op, operands);
    copied->getResult(0).setType(llvm::cast<mlir::RankedTensorType>(ofBlock(op->getResult(0), part)));
    if (auto slice = llvm::dyn_cast<ir::SliceOp>(copied)) shorten(slice, part.axis);
    copies_.map(op->getResult(0), copied->getResult(0));
  }

  /// How the op's operands that are rows lie: ops that take several take them alike, but for products.
  Part rowsSeenBy(mlir::Operation* op) const {
    for (mlir::Value operand : op->getOperands())
      if (auto part = partition_.parts.find(operand); part != partition_.parts.end()) return part->second;
    return {};
  }

  static void shorten(ir::SliceOp slice, int64_t axis) {
    Shape stop = llvm::to_vector(slice.getStop());
    stop[axis] = -1;
    slice.setStop(stop);
  }

  void leave(mlir::Value value) {
    mlir::Value inside = copies_.lookup(value);
    if (partition_.parts.lookup(value).kind == Kind::total) {
      unsigned position = loop_.accumulate(inside);
      results_.push_back({value, [=](ir::ScanOp scan) { return scan.finalStates()[position]; }});
    } else {
      unsigned position = loop_.stack(inside);
      results_.push_back({value, [=](ir::ScanOp scan) { return scan.stacks()[position]; }});
    }
  }

  mlir::Block& block_;
  const Partition& partition_;
  int64_t blocks_;
  mlir::OpBuilder before_;
  mlir::Value input_, sequence_;  ///< one that is rows, and it as blocks: as many as there are steps
  ir::LoopBuilder loop_;
  mlir::IRMapping copies_;
  llvm::DenseMap<mlir::Value, mlir::Value> elements_, invariants_;
  llvm::SmallVector<std::pair<mlir::Value, std::function<mlir::Value(ir::ScanOp)>>> results_;
};

}  // namespace

void buildLoop(mlir::func::FuncOp function, const Partition& partition, int64_t blocks) {
  Loop(function, partition, blocks).build();
}

}  // namespace stator::blocks
