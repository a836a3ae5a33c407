// The scan region: its parts by name, and that its step fits its operands.
#include "compiler/ir/scan.h"

#include "compiler/ir/ops.h"
#include "compiler/ir/tensor_type.h"

#define GET_OP_CLASSES
#include "compiler/ir/scan.cpp.inc"

namespace stator::ir {

int64_t ScanOp::steps() { return llvm::cast<mlir::RankedTensorType>(getSequences()[0].getType()).getDimSize(0); }

llvm::MutableArrayRef<mlir::BlockArgument> ScanOp::stateArguments() {
  return block().getArguments().take_front(stateCount());
}
llvm::MutableArrayRef<mlir::BlockArgument> ScanOp::elementArguments() {
  return block().getArguments().slice(stateCount(), sequenceCount());
}
llvm::MutableArrayRef<mlir::BlockArgument> ScanOp::invariantArguments() {
  return block().getArguments().drop_front(stateCount() + sequenceCount());
}
mlir::OperandRange ScanOp::newStates() { return block().getTerminator()->getOperands().take_front(stateCount()); }
mlir::OperandRange ScanOp::stepResults() { return block().getTerminator()->getOperands().drop_front(stateCount()); }

mlir::Value ScanOp::capture(mlir::Value value) {
  for (auto [operand, argument] : llvm::zip_equal(getInvariants(), invariantArguments()))
    if (operand == value) return argument;
  getInvariantsMutable().append(value);
  return block().addArgument(value.getType(), value.getLoc());
}

std::optional<ScanOp::History> ScanOp::historyOf(mlir::Value stepResult) {
  mlir::Value value = withoutReshapes(stepResult);
  for (unsigned state = 0; state < stateCount(); ++state) {
    mlir::Value before = stateArguments()[state], behind = withoutReshapes(newStates()[state]);
    if (before == behind || llvm::isa<mlir::BlockArgument>(behind)) continue;
    if (value == before || value == behind) return History{state, value == behind};
  }
  return {};
}

mlir::Value withoutReshapes(mlir::Value value) {
  while (auto reshape = value.getDefiningOp<ReshapeOp>()) value = reshape.getX();
  return value;
}

mlir::Type elementOf(mlir::Type sequence) {
  return typeOf(sequence.getContext(), rule::Scan::element_of(specOf(sequence)));
}

mlir::Type stackOf(mlir::Type result, mlir::Type sequence) {
  return typeOf(result.getContext(), rule::Scan::stack_of(specOf(result), specOf(sequence).extents[0]));
}

mlir::Value captureInto(mlir::Block* block, mlir::Value value) {
  if (value.getParentBlock() == block) return value;
  auto scan = llvm::cast<ScanOp>(block->getParentOp());
  return scan.capture(captureInto(scan->getBlock(), value));
}

mlir::Value withoutCaptures(mlir::Value value) {
  auto argument = llvm::dyn_cast<mlir::BlockArgument>(value);
  auto scan = argument ? llvm::dyn_cast_if_present<ScanOp>(argument.getOwner()->getParentOp()) : ScanOp();
  unsigned given = scan ? scan.stateCount() + scan.sequenceCount() : 0;
  if (!scan || argument.getArgNumber() < given) return value;
  return withoutCaptures(scan.getInvariants()[argument.getArgNumber() - given]);
}

ScanOp buildScan(mlir::OpBuilder& builder, mlir::Location location, const ScanOperands& operands, bool reverse,
                 mlir::Block* step) {
  llvm::SmallVector<mlir::Type> types;
  mlir::Type sequence = operands.sequences.front().getType();
  for (auto [i, given] : llvm::enumerate(step->getTerminator()->getOperandTypes()))
    types.push_back(i < operands.initial.size() ? given : stackOf(given, sequence));
  auto scan = builder.create<ScanOp>(location, types, operands.initial, operands.sequences, operands.invariants,
                                     reverse ? builder.getUnitAttr() : mlir::UnitAttr());
  scan.getBody().push_back(step);
  return scan;
}

/// The specs that the rule looks at.
static llvm::SmallVector<TensorSpec> ruleSpecs(ScanOp scan) {
  llvm::SmallVector<TensorSpec> specs;
  for (mlir::Value value : scan.getInitial()) specs.push_back(specOf(value.getType()));
  for (mlir::Value value : scan.getSequences()) specs.push_back(specOf(value.getType()));
  for (mlir::Value value : scan.block().getTerminator()->getOperands()) specs.push_back(specOf(value.getType()));
  return specs;
}

/// Random draws would be the same at every step: a draw is a function of its site, not of the step.
static mlir::LogicalResult verifyDraws(ScanOp scan) {
  auto draws = scan.getBody().walk([](RandomUniformOp) { return mlir::WalkResult::interrupt(); });
  if (!draws.wasInterrupted()) return mlir::success();
  return mlir::emitError(scan.getLoc())
         << "scan: the cell draws random numbers, which would be the same at every step; "
            "draw for all steps outside, and scan over the draws";
}

static mlir::LogicalResult verifyGiven(ScanOp scan) {
  llvm::SmallVector<mlir::Type> given(scan.getInitial().getTypes());
  for (mlir::Type type : scan.getSequences().getTypes()) given.push_back(elementOf(type));
  llvm::append_range(given, scan.getInvariants().getTypes());
  if (llvm::equal(scan.block().getArgumentTypes(), given)) return mlir::success();
  return scan.emitOpError("the region's arguments are not of the types of states, elements and invariants");
}

mlir::LogicalResult ScanOp::verifyRegions() {
  auto yield = llvm::dyn_cast<YieldOp>(block().back());
  if (!yield) return emitOpError("the region does not end in a yield");
  llvm::SmallVector<TensorSpec> specs = ruleSpecs(*this);
  rule::Scan rule{stateCount(), sequenceCount(), getReverse()};
  if (const char* text = rule.broken(Specs{specs.data(), static_cast<int>(specs.size())}))
    return mlir::emitError(getLoc()) << text << ": " << getInitial().getTypes() << " over " << getSequences().getTypes()
                                     << " give " << yield.getValues().getTypes();
  if (mlir::failed(verifyGiven(*this)) || mlir::failed(verifyDraws(*this))) return mlir::failure();
  llvm::SmallVector<mlir::Type> results(newStates().getTypes());
  for (mlir::Type type : stepResults().getTypes()) results.push_back(stackOf(type, getSequences()[0].getType()));
  if (llvm::equal(getOutputs().getTypes(), results)) return mlir::success();
  return emitOpError("the results are not of the types of final states and stacked results");
}

}  // namespace stator::ir
