// Finds what is summed up over symbolic axes, and masks what is not already neutral there.
#include "compiler/mask/insert_masks.h"

#include <limits>

#include "compiler/ir/build.h"
#include "compiler/ir/ops.h"
#include "compiler/ir/rules.h"
#include "compiler/ir/scan.h"
#include "compiler/mask/valid_mask.h"
#include "llvm/ADT/TypeSwitch.h"
#include "mlir/IR/BuiltinOps.h"

namespace stator::mask {
namespace {

/// An axis that an op combines over, and the operands that meet there. One of them neutral is enough.
struct Combined {
  llvm::SmallVector<std::pair<int, int>, 2> operandAxes;
};

/// The axes that `op` adds up or compares over, one entry each.
llvm::SmallVector<Combined> combinedAxes(mlir::Operation* op) {
  llvm::SmallVector<Combined> axes;
  llvm::TypeSwitch<mlir::Operation*>(op)
      .Case<ir::SumOp, ir::MaxOp>([&](auto reduction) {
        for (int64_t axis : reduction.getAxes()) axes.push_back({{{0, int(axis)}}});
      })
      .Case([&](ir::ArgmaxOp argmax) { axes.push_back({{{0, int(argmax.getAxis())}}}); })
      .Case([&](ir::MatmulOp matmul) {
        int rank = matmul.getResult().getType().getRank();
        axes.push_back({{{0, rank - 1}, {1, rank - 2}}});
      })
      .Case([&](ir::ScatterAddOp scatter) {
        int picked = int(scatter.getIndices().getType().getRank());
        for (int axis = int(scatter.getAxis()); axis < picked; ++axis) axes.push_back({{{1, axis}}});
      })
      .Case<ir::Conv2dWeightGradOp, ir::ConvolutionWeightGradOp>([&](auto) { axes.push_back({{{0, 0}, {1, 0}}}); });
  return axes;
}

/// The element that a reduction does not see: 0 for sums, the least of the dtype for maxima.
double neutralElement(mlir::Operation* op) {
  if (!llvm::isa<ir::MaxOp, ir::ArgmaxOp>(op)) return 0;
  DType dtype = ir::specOf(op->getOperand(0).getType()).dtype;
  if (is_float(dtype)) return -std::numeric_limits<double>::infinity();
  bool isUnsigned = dtype == DType::u8 || dtype == DType::boolean;
  return isUnsigned ? 0 : -std::ldexp(1.0, 8 * size_bytes(dtype) - 1);
}

/// Shows each new op to the analysis, so that masks are known to be masks.
struct Listener : mlir::OpBuilder::Listener {
  explicit Listener(RowFacts& rows) : facts(rows) {}
  void notifyOperationInserted(mlir::Operation* op, mlir::OpBuilder::InsertPoint) override {
    if (checkpoint) op->setAttr(ir::checkpointAttr, checkpoint);
    facts.visit(op);
  }
  RowFacts& facts;
  mlir::Attribute checkpoint;  ///< of the op that is masked: its mask belongs to the same block
};

class MaskInserter {
 public:
  explicit MaskInserter(mlir::func::FuncOp function)
      : function_(function),
        bindings_(function->getParentOfType<mlir::ModuleOp>()->getAttrOfType<mlir::DictionaryAttr>(ir::bindingsAttr)),
        facts_(function.getBody().front(), bindings_),
        listener_(facts_),
        builder_(function.getContext(), &listener_) {}

  mlir::LogicalResult run() { return maskBlock(function_.getBody().front()); }

 private:
  mlir::LogicalResult maskBlock(mlir::Block& block) {
    for (mlir::Operation& op : llvm::make_early_inc_range(block)) {
      builder_.setInsertionPoint(&op);
      listener_.checkpoint = op.getAttr(ir::checkpointAttr);
      if (auto scan = llvm::dyn_cast<ir::ScanOp>(op)) {
        listener_.checkpoint = {};  // a block with a loop is not computed again
        if (mlir::failed(maskScan(scan))) return mlir::failure();
        continue;
      }
      if (auto count = llvm::dyn_cast<ir::CountOp>(op)) {
        replaceCount(count);
        continue;
      }
      if (mlir::failed(maskOperand(&op))) return mlir::failure();
      facts_.visit(&op);
    }
    return mlir::success();
  }

  /// The step's ops, and a state that stays as it is at steps that are not valid.
  mlir::LogicalResult maskScan(ir::ScanOp scan) {
    facts_.visitScan(scan);
    if (mlir::failed(maskBlock(scan.block()))) return mlir::failure();
    if (mlir::failed(holdStates(scan))) return mlir::failure();
    facts_.visitScan(scan);
    return mlir::success();
  }

  mlir::LogicalResult holdStates(ir::ScanOp scan) {
    if (extentOf(scan, static_cast<int>(scan.stateCount()), 0).is_number()) return mlir::success();
    mlir::Operation* yield = scan.block().getTerminator();
    mlir::Value valid;
    for (unsigned state = 0; state < scan.stateCount(); ++state) {
      if (isHeld(scan, state)) continue;
      if (!valid) valid = validStep(scan);
      if (!valid) return mlir::failure();
      builder_.setInsertionPoint(yield);
      mlir::Value next = yield->getOperand(state), before = scan.stateArguments()[state];
      TensorSpec spec = ir::specOf(next.getType()), ones{DType::boolean, spec.extents};
      for (int axis = 0; axis < ones.rank(); ++axis) ones.extents[axis] = Extent(1);
      mlir::MLIRContext* context = builder_.getContext();
      mlir::Value mask = ir::buildOpAs(builder_, scan.getLoc(), rule::Reshape{}, {valid}, ir::typeOf(context, ones));
      spec.dtype = DType::boolean;
      mask = ir::buildOpAs(builder_, scan.getLoc(), rule::Broadcast{}, {mask}, ir::typeOf(context, spec));
      yield->setOperand(state, ir::buildOp(builder_, scan.getLoc(), rule::Where{}, {mask, next, before}));
    }
    return mlir::success();
  }

  /// Whether the new state is the old one at steps that are not valid: this was done before.
  static bool isHeld(ir::ScanOp scan, unsigned state) {
    auto held = scan.newStates()[state].getDefiningOp<ir::WhereOp>();
    if (!held || held.getB() != scan.stateArguments()[state]) return false;
    mlir::Value mask = held.getCondition();
    while (llvm::isa_and_present<ir::BroadcastOp, ir::ReshapeOp>(mask.getDefiningOp()))
      mask = mask.getDefiningOp()->getOperand(0);
    return llvm::is_contained(scan.elementArguments(), mask);
  }

  /// A further element of the scan: whether the step is valid. Null where that is not known, which is told.
  mlir::Value validStep(ir::ScanOp scan) {
    builder_.setInsertionPoint(scan);
    mlir::Value sequence = scan.getSequences()[0];
    TensorSpec spec = ir::specOf(sequence.getType());
    const AxisFactors& steps = facts_.of(sequence).axes[0];
    if (steps.kind == AxisFactors::Kind::mixed) {
      (void)unknownPositions(scan, {{{static_cast<int>(scan.stateCount()), 0}}});
      return {};
    }
    auto like = ir::typeOf(builder_.getContext(), {DType::boolean, Extents{0, spec.extents[0]}});
    mlir::Value mask =
        validMask(builder_, scan.getLoc(), function_, like, 0, orderedFactors(steps, spec.extents[0], bindings_));
    unsigned position = scan.stateCount() + scan.sequenceCount();
    scan.getSequencesMutable().append(mask);
    return scan.block().insertArgument(position, ir::elementOf(mask.getType()), scan.getLoc());
  }

  void replaceCount(ir::CountOp count) {
    mlir::Value number = validElements(builder_, count.getLoc(), function_, count.getX().getType(), count.getAxes(),
                                       count.getResult().getType(), bindings_);
    count.replaceAllUsesWith(number);
    count.erase();
  }

  mlir::LogicalResult maskOperand(mlir::Operation* op) {
    double neutral = neutralElement(op);
    for (const Combined& combined : combinedAxes(op)) {
      auto [operand, axis] = combined.operandAxes.front();
      if (extentOf(op, operand, axis).is_number()) continue;
      bool done =
          llvm::any_of(combined.operandAxes, [&](auto at) { return isNeutral(op, at.first, at.second, neutral); });
      if (!done && mlir::failed(maskAxis(op, combined, neutral))) return mlir::failure();
    }
    return mlir::success();
  }

  static Extent extentOf(mlir::Operation* op, int operand, int axis) {
    return ir::specOf(op->getOperand(operand).getType()).extents[axis];
  }

  bool isNeutral(mlir::Operation* op, int operand, int axis, double neutral) const {
    mlir::Value value = op->getOperand(operand);
    if (neutral == 0) return facts_.zeroWhereInvalid(value, axis);
    for (auto masked = value.getDefiningOp<ir::WhereOp>(); masked;
         masked = masked.getA().getDefiningOp<ir::WhereOp>()) {
      auto other = masked.getB().getDefiningOp<ir::ConstantOp>();
      bool isLeast = other && other.getValue().convertToDouble() == neutral;
      if (isLeast && facts_.zeroWhereInvalid(masked.getCondition(), axis)) return true;
    }
    return false;
  }

  /// Masks the operand with the fewer elements; where they are equal, the last one, which is the cotangent.
  mlir::LogicalResult maskAxis(mlir::Operation* op, const Combined& combined, double neutral) {
    std::pair<int, int> cheapest{-1, 0};
    int64_t fewest = std::numeric_limits<int64_t>::max();
    for (auto [operand, axis] : combined.operandAxes) {
      int64_t elements = llvm::cast<mlir::RankedTensorType>(op->getOperand(operand).getType()).getNumElements();
      bool known = facts_.of(op->getOperand(operand)).axes[axis].kind != AxisFactors::Kind::mixed;
      if (known && elements <= fewest) cheapest = {operand, axis}, fewest = elements;
    }
    if (cheapest.first < 0) return unknownPositions(op, combined);
    auto [operand, axis] = cheapest;
    mlir::Value x = op->getOperand(operand);
    auto type = llvm::cast<mlir::RankedTensorType>(x.getType());
    auto factors = orderedFactors(facts_.of(x).axes[axis], extentOf(op, operand, axis), bindings_);
    mlir::Value mask = validMask(builder_, op->getLoc(), function_, type, axis, factors);
    mlir::Value constant = ir::buildConstant(builder_, op->getLoc(), type, neutral);
    op->setOperand(operand, ir::buildOp(builder_, op->getLoc(), rule::Where{}, {mask, x, constant}));
    return mlir::success();
  }

  static mlir::LogicalResult unknownPositions(mlir::Operation* op, const Combined& combined) {
    auto [operand, axis] = combined.operandAxes.front();
    return op->emitError() << "mask: it is not known which positions of axis " << axis
                           << " are valid: a reshape or flip mixed them, and the type is "
                           << op->getOperand(operand).getType();
  }

  mlir::func::FuncOp function_;
  Bindings bindings_;
  RowFacts facts_;
  Listener listener_;
  mlir::OpBuilder builder_;
};

}  // namespace

mlir::LogicalResult insertMasks(mlir::func::FuncOp function) { return MaskInserter(function).run(); }

}  // namespace stator::mask
