// The rules of the analysis: which ops keep zeros, and which make them.
#include "compiler/mask/row_facts.h"

#include "compiler/interface/elementwise_rows.h"
#include "compiler/ir/scan.h"
#include "compiler/ir/tensor_type.h"
#include "compiler/mask/axis_sources.h"
#include "llvm/ADT/TypeSwitch.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace stator::mask {

llvm::SmallString<16> validName(Symbol symbol) {
  llvm::SmallString<16> name("valid.");
  name += symbol::name_of(symbol);
  return name;
}

/// Whether an elementwise op whose operands are all zero gives zero.
static bool keepsZero(mlir::Operation* op) {
#define STATOR_UNARY(NAME, ...) \
  if (op->getName().stripDialect() == #NAME) return algebra::NAME##_row::value(0.0) == 0;
#define STATOR_BINARY(NAME, ...) \
  if (op->getName().stripDialect() == #NAME) return algebra::NAME##_row::value(0.0, 0.0) == 0;
#define STATOR_COMPARISON(NAME, ...) STATOR_BINARY(NAME)
#define STATOR_LOGICAL(NAME, ...) STATOR_BINARY(NAME)
#include "compiler/interface/ops/elementwise.def"
  return false;
}

/// Whether `op` is `iota < valid count` along `axis`: false wherever the position is not valid.
static bool isValidMask(ir::LessOp op, int axis, const Bindings& bindings) {
  auto iota = op.getA().getDefiningOp<ir::IotaOp>();
  if (!iota || int(iota.getAxis()) != axis) return false;
  mlir::Value bound = op.getB();
  while (mlir::Operation* source = bound.getDefiningOp()) {
    if (!llvm::isa<ir::BroadcastOp, ir::ReshapeOp, ir::RecomputeOp>(source)) return false;
    bound = source->getOperand(0);
  }
  auto argument = llvm::cast<mlir::BlockArgument>(ir::withoutCaptures(bound));
  auto function = llvm::dyn_cast<mlir::func::FuncOp>(argument.getOwner()->getParentOp());
  if (!function) return false;
  auto name = function.getArgAttrOfType<mlir::StringAttr>(argument.getArgNumber(), ir::argumentAttr);
  Extent extent = ir::specOf(op.getResult().getType()).extents[axis];
  bool isSymbol = extent.symbols[1] == symbol::none && extent.number == bindings[extent.symbols[0]];
  return name && isSymbol && name.getValue() == validName(extent.symbols[0]);
}

RowFacts::RowFacts(mlir::Block& block, const Bindings& bindings) : bindings_(bindings) {
  for (mlir::BlockArgument argument : block.getArguments()) facts_[argument] = sourceFacts(argument);
}

/// Of a value that the graph is given: nothing is zero.
ValueFacts RowFacts::sourceFacts(mlir::Value value) const {
  TensorSpec spec = ir::specOf(value.getType());
  ValueFacts facts;
  for (int i = 0; i < spec.rank(); ++i) facts.axes.push_back(factorsOfSource(spec.extents[i], bindings_));
  facts.zeroWhereInvalid.assign(spec.rank(), false);
  return facts;
}

void RowFacts::visit(mlir::Operation* op) {
  if (auto scan = llvm::dyn_cast<ir::ScanOp>(op)) return visitScan(scan);
  if (op->getNumResults() != 1) return;
  for (mlir::Value operand : op->getOperands())
    if (llvm::isa<mlir::BlockArgument>(operand)) facts_.try_emplace(operand, sourceFacts(operand));
  ValueFacts facts;
  if (llvm::isa<ir::ReshapeOp>(op)) {
    facts = reshapedFacts(op);
  } else {
    int rank = llvm::cast<mlir::RankedTensorType>(op->getResult(0).getType()).getRank();
    for (int axis = 0; axis < rank; ++axis) inferAxis(op, axis, facts);
    facts.zero = isZero(op);
  }
  facts_[op->getResult(0)] = std::move(facts);
}

ValueFacts RowFacts::reshapedFacts(mlir::Operation* op) const {
  const ValueFacts& x = of(op->getOperand(0));
  Extents from = ir::specOf(op->getOperand(0).getType()).extents, to = ir::specOf(op->getResult(0).getType()).extents;
  ValueFacts facts;
  facts.zero = x.zero;
  for (ReshapedAxis& axis : reshapeFactors(x.axes, from, to, bindings_)) {
    facts.axes.push_back(std::move(axis.factors));
    facts.zeroWhereInvalid.push_back(
        llvm::all_of(axis.from, [&](int i) { return from[i].is_number() || x.zeroWhereInvalid[i]; }));
  }
  return facts;
}

void RowFacts::inferAxis(mlir::Operation* op, int axis, ValueFacts& facts) const {
  AxisFactors joined;
  for (AxisSource source : axisSources(op, axis))
    joined = join(joined, of(op->getOperand(source.operand)).axes[source.axis]);
  bool symbolic = !ir::specOf(op->getResult(0).getType()).extents[axis].is_number();
  if (auto flip = llvm::dyn_cast<ir::FlipOp>(op); flip && symbolic && llvm::is_contained(flip.getAxes(), axis))
    joined = AxisFactors::mixed();
  facts.axes.push_back(std::move(joined));
  facts.zeroWhereInvalid.push_back(symbolic && zeroOnAxis(op, axis));
}

bool RowFacts::zeroOnAxis(mlir::Operation* op, int axis) const {
  auto zero = [&](int operand, int at) { return zeroWhereInvalid(op->getOperand(operand), at); };
  auto sourceIsZero = [&](AxisSource source) { return zero(source.operand, source.axis); };
  auto sources = axisSources(op, axis);
  return llvm::TypeSwitch<mlir::Operation*, bool>(op)
      .Case<ir::MulOp, ir::LogicalAndOp, ir::MatmulOp>([&](auto) { return llvm::any_of(sources, sourceIsZero); })
      .Case([&](ir::DivOp) { return zero(0, axis); })
      .Case([&](ir::WhereOp) { return zero(2, axis) && (zero(0, axis) || zero(1, axis)); })
      .Case([&](ir::LessOp less) {
        return isValidMask(less, axis, bindings_) || (zero(0, axis) && zero(1, axis) && keepsZero(op));
      })
      .Case([&](ir::MaxPool2dGradOp) { return zero(1, axis); })
      .Case<ir::GatherOp, ir::ScatterAddOp>([&](mlir::Operation* o) {
        int values = llvm::isa<ir::GatherOp>(o) ? 0 : 1;
        return llvm::any_of(sources, [&](AxisSource s) { return s.operand == values && sourceIsZero(s); });
      })
      .Case([&](ir::PadOp pad) { return pad.getValue().isZero() && zero(0, axis); })
      .Case<ir::Conv2dOp, ir::Conv2dInputGradOp, ir::ConvolutionOp, ir::PermuteOp, ir::BroadcastOp, ir::CastOp,
            ir::SliceOp, ir::FlipOp, ir::SumOp, ir::MaxOp, ir::DetachOp, ir::RecomputeOp, ir::MaxPool2dOp,
            ir::AvgPool2dOp, ir::AvgPool2dGradOp>(
          [&](auto) { return !sources.empty() && llvm::all_of(sources, sourceIsZero); })
      .Default([&](mlir::Operation*) { return keepsZero(op) && llvm::all_of(sources, sourceIsZero); });
}

bool RowFacts::isZero(mlir::Operation* op) const {
  auto zero = [&](mlir::Value operand) { return of(operand).zero; };
  if (auto constant = llvm::dyn_cast<ir::ConstantOp>(op)) return constant.getValue().isZero();
  bool moves = llvm::isa<ir::BroadcastOp, ir::PermuteOp, ir::CastOp, ir::DetachOp, ir::RecomputeOp, ir::SliceOp,
                         ir::FlipOp, ir::SumOp>(op);
  return (moves || keepsZero(op)) && llvm::all_of(op->getOperands(), zero);
}

}  // namespace stator::mask
