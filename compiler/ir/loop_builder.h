// A scan in the making, whose operands and results become known one by one.
#pragma once

#include "compiler/ir/scan.h"
#include "llvm/ADT/MapVector.h"

namespace stator::ir {

class LoopBuilder {
 public:
  /// For loops with as many steps as `sequence` has.
  explicit LoopBuilder(mlir::Value sequence) : length_(sequence), block_(new mlir::Block) {}
  ~LoopBuilder();

  mlir::Block* block() { return block_; }
  /// A builder at the end of the step.
  mlir::OpBuilder atEnd();
  /// The last op of the step, once there is one.
  mlir::Operation* terminator() { return block_->getTerminator(); }

  /// A state that starts as `initial`, or at 0 where that is null.
  mlir::BlockArgument addState(mlir::Type type, mlir::Value initial);
  mlir::BlockArgument addElement(mlir::Type type);
  mlir::BlockArgument addInvariant(mlir::Value value);
  /// Elements come from sequences that are named at the end.
  void setSequence(mlir::BlockArgument element, mlir::Value sequence) { elements_[element] = sequence; }
  void setNewState(mlir::BlockArgument state, mlir::Value value) { newStates_[state] = value; }
  /// The position among the final states of the sum over all steps of `value`.
  unsigned accumulate(mlir::Value value);
  /// The position among the stacked results of all steps' `value`; one for each value.
  unsigned stack(mlir::Value value);

  /// Ends the step with what it gives.
  void end();
  /// Drops ops of the step that nobody needs.
  void dropDeadOps();
  /// Drops elements and invariants that no op needs. What stood for them must not be used any more.
  void dropUnusedArguments();
  ScanOp finish(mlir::OpBuilder& builder, mlir::Location location, bool reverse);

 private:
  mlir::Value length_;
  mlir::Block* block_;
  llvm::MapVector<mlir::Value, mlir::Value> states_, elements_, invariants_;  // argument -> operand
  llvm::DenseMap<mlir::Value, mlir::Value> newStates_;
  llvm::SmallVector<mlir::Value> stacked_;
};

}  // namespace stator::ir
