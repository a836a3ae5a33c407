// What is known of the values of a loop: of a state, what is true before the first step and kept by every step.
#include "compiler/ir/tensor_type.h"
#include "compiler/mask/row_facts.h"

namespace stator::mask {

/// What holds of two values that may stand in one place.
static ValueFacts meet(const ValueFacts& a, const ValueFacts& b) {
  ValueFacts facts;
  facts.zero = a.zero && b.zero;
  for (size_t axis = 0; axis < a.axes.size(); ++axis) {
    facts.axes.push_back(join(a.axes[axis], b.axes[axis]));
    facts.zeroWhereInvalid.push_back((a.zero || a.zeroWhereInvalid[axis]) && (b.zero || b.zeroWhereInvalid[axis]));
  }
  return facts;
}

static ValueFacts elementFacts(ValueFacts facts) {
  facts.axes.erase(facts.axes.begin());
  facts.zeroWhereInvalid.erase(facts.zeroWhereInvalid.begin());
  return facts;
}

/// Nothing is zero at steps that are not valid, as far as is known.
static ValueFacts stackFacts(ValueFacts facts, AxisFactors steps) {
  facts.axes.insert(facts.axes.begin(), std::move(steps));
  facts.zeroWhereInvalid.insert(facts.zeroWhereInvalid.begin(), false);
  return facts;
}

void RowFacts::visitStep(ir::ScanOp scan, llvm::ArrayRef<ValueFacts> states) {
  for (auto [argument, state] : llvm::zip_equal(scan.stateArguments(), states)) facts_[argument] = state;
  for (mlir::Operation& op : scan.block().without_terminator()) visit(&op);
}

void RowFacts::visitScan(ir::ScanOp scan) {
  for (mlir::Value operand : scan.getOperands())
    if (llvm::isa<mlir::BlockArgument>(operand)) facts_.try_emplace(operand, sourceFacts(operand));
  for (auto [argument, value] : llvm::zip_equal(scan.invariantArguments(), scan.getInvariants()))
    facts_[argument] = ValueFacts(of(value));
  for (auto [argument, sequence] : llvm::zip_equal(scan.elementArguments(), scan.getSequences()))
    facts_[argument] = elementFacts(of(sequence));
  llvm::SmallVector<ValueFacts> states;
  for (mlir::Value initial : scan.getInitial()) states.push_back(of(initial));
  for (bool changed = true; changed;) {
    visitStep(scan, states);
    changed = false;
    for (auto [state, next] : llvm::zip_equal(states, scan.newStates())) {
      ValueFacts both = meet(state, of(next));
      changed |= !(both == state);
      state = std::move(both);
    }
  }
  AxisFactors steps = of(scan.getSequences()[0]).axes[0];
  for (auto [result, state] : llvm::zip_equal(scan.finalStates(), states)) facts_[result] = state;
  for (auto [result, value] : llvm::zip_equal(scan.stacks(), scan.stepResults()))
    facts_[result] = stackFacts(of(value), steps);
}

}  // namespace stator::mask
