// The blocks that are being filled while a graph is imported: a function's, and those of the scans around a node.
#pragma once

#include "compiler/interface/graph.h"
#include "compiler/ir/scan.h"
#include "mlir/IR/Builders.h"

namespace stator::ir {

/// Scans are opened by the first of their placeholders and closed by their node (compiler/interface/ops/scan.h).
class RegionStack {
 public:
  /// `builder` stands in the outermost block, and comes back to it.
  explicit RegionStack(mlir::OpBuilder& builder) : builder(builder) {}
  ~RegionStack();

  /// `value` as the innermost block sees it: itself, or an argument of each scan in between.
  /// Errors: UserError for a value of a scan that has been closed.
  mlir::Value visible(mlir::Value value) { return visible(value, steps.size()); }

  /// Begins a scan: what follows goes into its step.
  void open();
  /// What the innermost step is given of `value`, a state or (as an element) a sequence of the block around it.
  mlir::Value give(mlir::Value value, bool element);
  /// Ends the innermost scan. `operands`: new states, then the step's results. Errors: UserError with the broken rule.
  ScanOp close(const rule::Scan& rule, llvm::ArrayRef<mlir::Value> operands);

  bool empty() const { return steps.empty(); }

 private:
  struct Step {
    mlir::Block* block;
    mlir::OpBuilder::InsertPoint around;
    llvm::SmallVector<mlir::Value> given;       // states and sequences, outside
    llvm::SmallVector<mlir::Value> invariants;  // outside; arguments stand in `seen`
    llvm::SmallVector<mlir::Value> seen;
  };
  mlir::Value visible(mlir::Value value, size_t depth);
  mlir::Value capture(Step& step, mlir::Value value);

  mlir::OpBuilder& builder;
  llvm::SmallVector<Step> steps;
};

}  // namespace stator::ir
