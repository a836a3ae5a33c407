// A scan in the making: arguments in the order states, elements, invariants, whatever the order in which they come.
#include "compiler/ir/loop_builder.h"

#include "compiler/interface/ops/elementwise.h"
#include "compiler/ir/build.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace stator::ir {

LoopBuilder::~LoopBuilder() {
  if (!block_) return;
  block_->dropAllDefinedValueUses();
  delete block_;
}

mlir::OpBuilder LoopBuilder::atEnd() {
  mlir::OpBuilder builder(length_.getContext());
  builder.setInsertionPointToEnd(block_);
  return builder;
}

mlir::BlockArgument LoopBuilder::addState(mlir::Type type, mlir::Value initial) {
  auto argument = block_->insertArgument(states_.size(), type, length_.getLoc());
  states_[argument] = initial;
  return argument;
}

mlir::BlockArgument LoopBuilder::addElement(mlir::Type type) {
  auto argument = block_->insertArgument(states_.size() + elements_.size(), type, length_.getLoc());
  elements_[argument] = {};
  return argument;
}

mlir::BlockArgument LoopBuilder::addInvariant(mlir::Value value) {
  auto argument = block_->addArgument(value.getType(), value.getLoc());
  invariants_[argument] = value;
  return argument;
}

unsigned LoopBuilder::accumulate(mlir::Value value) {
  mlir::Value before = addState(value.getType(), {});
  mlir::OpBuilder inside = atEnd();
  newStates_[before] = buildOp(inside, value.getLoc(), rule::add{}, {before, value});
  return states_.size() - 1;
}

unsigned LoopBuilder::stack(mlir::Value value) {
  auto known = llvm::find(stacked_, value);
  if (known == stacked_.end()) stacked_.push_back(value), known = stacked_.end() - 1;
  return static_cast<unsigned>(known - stacked_.begin());
}

void LoopBuilder::end() {
  llvm::SmallVector<mlir::Value> yields;
  for (auto& [argument, initial] : states_) yields.push_back(newStates_.lookup(argument));
  llvm::append_range(yields, stacked_);
  atEnd().create<YieldOp>(length_.getLoc(), yields);
  stacked_.clear();  // the terminator holds them now, whatever replaces them
}

void LoopBuilder::dropDeadOps() {
  for (mlir::Operation& op : llvm::make_early_inc_range(llvm::reverse(*block_)))
    if (mlir::isOpTriviallyDead(&op)) op.erase();
}

void LoopBuilder::dropUnusedArguments() {
  auto drop = [&](llvm::MapVector<mlir::Value, mlir::Value>& arguments) {
    llvm::SmallVector<mlir::Value> unused;
    for (auto& [argument, operand] : arguments)
      if (argument.use_empty()) unused.push_back(argument);
    for (mlir::Value argument : unused) {
      arguments.erase(argument);
      block_->eraseArgument(llvm::cast<mlir::BlockArgument>(argument).getArgNumber());
    }
  };
  drop(elements_);
  drop(invariants_);
}

ScanOp LoopBuilder::finish(mlir::OpBuilder& builder, mlir::Location location, bool reverse) {
  if (elements_.empty()) setSequence(addElement(elementOf(length_.getType())), length_);
  ScanOperands operands;
  for (auto& [argument, initial] : states_)
    operands.initial.push_back(initial ? initial : buildConstant(builder, location, argument.getType(), 0));
  for (auto& [argument, sequence] : elements_) operands.sequences.push_back(sequence);
  for (auto& [argument, value] : invariants_) operands.invariants.push_back(value);
  return buildScan(builder, location, operands, reverse, std::exchange(block_, nullptr));
}

}  // namespace stator::ir
