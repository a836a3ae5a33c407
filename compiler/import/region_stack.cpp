// The blocks that are being filled while a graph is imported.
#include "compiler/import/region_stack.h"

#include "compiler/import/import_operation.h"
#include "runtime/error.h"

namespace stator::ir {

RegionStack::~RegionStack() {
  for (Step& step : llvm::reverse(steps)) {  // left open by an error
    step.block->dropAllDefinedValueUses();
    delete step.block;
  }
}

mlir::Value RegionStack::visible(mlir::Value value, size_t depth) {
  mlir::Block* owner = value.getParentBlock();
  mlir::Block* outermost = steps.empty() ? builder.getInsertionBlock() : steps.front().around.getBlock();
  size_t inside = 0;  // how many of the open scans hold the value
  while (owner != (inside == 0 ? outermost : steps[inside - 1].block))
    if (++inside > depth)
      throw UserError("scan: a value that the cell computes is used outside of it; return it from the cell instead");
  for (; inside < depth; ++inside) value = capture(steps[inside], value);
  return value;
}

mlir::Value RegionStack::capture(Step& step, mlir::Value value) {
  for (auto [known, argument] : llvm::zip_equal(step.invariants, step.seen))
    if (known == value) return argument;
  step.invariants.push_back(value);
  step.seen.push_back(step.block->addArgument(value.getType(), value.getLoc()));
  return step.seen.back();
}

void RegionStack::open() {
  auto around = builder.saveInsertionPoint();
  steps.push_back({new mlir::Block, around, {}, {}, {}});
  builder.setInsertionPointToEnd(steps.back().block);
}

mlir::Value RegionStack::give(mlir::Value value, bool element) {
  value = visible(value, steps.size() - 1);
  Step& step = steps.back();
  mlir::Type type = value.getType();
  if (element && llvm::cast<mlir::RankedTensorType>(type).getRank() < 1)
    throw UserError("scan: a sequence has no axis to scan along");
  step.given.push_back(value);
  return step.block->insertArgument(step.given.size() - 1, element ? elementOf(type) : type, value.getLoc());
}

ScanOp RegionStack::close(const rule::Scan& rule, llvm::ArrayRef<mlir::Value> operands) {
  builder.create<YieldOp>(builder.getUnknownLoc(), operands);
  Step step = steps.pop_back_val();
  builder.restoreInsertionPoint(step.around);
  ScanOperands all;
  llvm::append_range(all.initial, llvm::ArrayRef(step.given).take_front(rule.states));
  llvm::append_range(all.sequences, llvm::ArrayRef(step.given).drop_front(rule.states));
  all.invariants = step.invariants;
  ScanOp scan = buildScan(builder, builder.getUnknownLoc(), all, rule.reverse, step.block);
  if (std::string complaint = complaintAbout(scan); !complaint.empty()) throw UserError(complaint);
  return scan;
}

}  // namespace stator::ir
