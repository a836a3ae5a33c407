// Loops: what nobody reads goes, what costs nothing moves into the step, what is the same at every step moves out.
#include "compiler/ir/scan.h"
#include "compiler/simplify/patterns.h"
#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/DenseSet.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace stator::simplify {
namespace {

/// Which results of the step matter: stacks that are read, states that are read behind the loop or within it.
llvm::BitVector liveResults(ir::ScanOp scan) {
  mlir::Operation* yield = scan.block().getTerminator();
  llvm::BitVector live(yield->getNumOperands());
  for (mlir::OpResult result : scan->getResults())
    if (!result.use_empty()) live.set(result.getResultNumber());
  for (bool changed = true; changed;) {
    llvm::DenseSet<mlir::Value> needed;
    for (unsigned i : live.set_bits()) needed.insert(yield->getOperand(i));
    for (mlir::Operation& op : llvm::drop_begin(llvm::reverse(scan.block())))
      if (llvm::any_of(op.getResults(), [&](mlir::Value result) { return needed.contains(result); }))
        needed.insert(op.operand_begin(), op.operand_end());
    changed = false;
    for (unsigned state = 0; state < scan.stateCount(); ++state) {
      if (live[state] || !needed.contains(scan.stateArguments()[state])) continue;
      live.set(state);
      changed = true;
    }
  }
  return live;
}

/// The arguments that a step without its dead results does not read. One sequence stays: it says how many steps.
llvm::BitVector unusedArguments(ir::ScanOp scan, const llvm::BitVector& live) {
  llvm::BitVector unused(scan.block().getNumArguments());
  unsigned states = scan.stateCount();
  for (mlir::BlockArgument argument : scan.block().getArguments()) {
    unsigned i = argument.getArgNumber();
    if (i < states ? !live[i] : argument.use_empty()) unused.set(i);
  }
  auto sequences = llvm::seq(states, states + scan.sequenceCount());
  if (llvm::all_of(sequences, [&](unsigned i) { return unused[i]; })) unused.reset(states);
  return unused;
}

/// The step without its dead results, and without the ops that make them.
void dropDeadResults(mlir::Block& step, const llvm::BitVector& live) {
  mlir::Operation* yield = step.getTerminator();
  llvm::SmallVector<mlir::Value> results;
  for (unsigned i : live.set_bits()) results.push_back(yield->getOperand(i));
  yield->setOperands(results);
  for (mlir::Operation& op : llvm::make_early_inc_range(llvm::reverse(step)))
    if (mlir::isOpTriviallyDead(&op)) op.erase();
}

bool dropUnused(ir::ScanOp scan) {
  llvm::BitVector live = liveResults(scan);
  dropDeadResults(scan.block(), live);
  llvm::BitVector unused = unusedArguments(scan, live);
  if (live.all() && unused.none()) return false;
  ir::ScanOperands operands;
  for (auto [i, value] : llvm::enumerate(scan.getOperands())) {
    if (unused[i]) continue;
    bool isState = i < scan.stateCount(), isSequence = i < scan.stateCount() + scan.sequenceCount();
    (isState ? operands.initial : isSequence ? operands.sequences : operands.invariants).push_back(value);
  }
  mlir::Block* step = &scan.block();
  step->getParent()->getBlocks().remove(step);
  step->eraseArguments(unused);
  mlir::OpBuilder builder(scan);
  ir::ScanOp smaller = ir::buildScan(builder, scan.getLoc(), operands, scan.getReverse(), step);
  for (auto [i, old] : llvm::enumerate(live.set_bits())) scan.getResult(old).replaceAllUsesWith(smaller.getResult(i));
  scan.erase();
  return true;
}

/// Constants and stretched values are made in the step, where kernels read through them.
bool takeIn(ir::ScanOp scan) {
  bool changed = false;
  for (unsigned i = 0; i < scan.getInvariants().size(); ++i) {
    mlir::BlockArgument argument = scan.invariantArguments()[i];
    mlir::Operation* op = scan.getInvariants()[i].getDefiningOp();
    if (argument.use_empty() || !llvm::isa_and_present<ir::ConstantOp, ir::BroadcastOp, ir::IotaOp>(op)) continue;
    mlir::IRMapping inside;
    for (mlir::Value operand : op->getOperands()) inside.map(operand, scan.capture(operand));
    mlir::OpBuilder builder = mlir::OpBuilder::atBlockBegin(&scan.block());
    argument.replaceAllUsesWith(builder.clone(*op, inside)->getResult(0));
    changed = true;
  }
  return changed;
}

/// Whether the op gives the same at every step, and is more than a way of reading.
bool isInvariant(ir::ScanOp scan, mlir::Operation& op) {
  unsigned given = scan.stateCount() + scan.sequenceCount();
  return op.getNumOperands() > 0 && op.getNumResults() == 1 && !llvm::isa<ir::BroadcastOp>(op) &&
         llvm::all_of(op.getOperands(), [&](mlir::Value operand) {
           auto argument = llvm::dyn_cast<mlir::BlockArgument>(operand);
           return argument && argument.getOwner() == &scan.block() && argument.getArgNumber() >= given;
         });
}

bool moveOut(ir::ScanOp scan) {
  bool changed = false;
  mlir::OpBuilder builder(scan);
  for (mlir::Operation& op : llvm::make_early_inc_range(scan.block().without_terminator())) {
    if (!isInvariant(scan, op)) continue;
    mlir::IRMapping outside;
    for (mlir::Value operand : op.getOperands()) {
      unsigned number = llvm::cast<mlir::BlockArgument>(operand).getArgNumber();
      outside.map(operand, scan.getOperand(number));
    }
    mlir::Value moved = builder.clone(op, outside)->getResult(0);
    op.getResult(0).replaceAllUsesWith(scan.capture(moved));
    op.erase();
    changed = true;
  }
  return changed;
}

/// Equal operands are given once.
bool shareGiven(ir::ScanOp scan) {
  bool changed = false;
  llvm::DenseMap<mlir::Value, mlir::Value> sequences, invariants;
  for (unsigned i = scan.stateCount(); i < scan.getNumOperands(); ++i) {
    auto& known = i < scan.stateCount() + scan.sequenceCount() ? sequences : invariants;
    mlir::Value argument = scan.block().getArgument(i);
    mlir::Value first = known.try_emplace(scan.getOperand(i), argument).first->second;
    if (first == argument || argument.use_empty()) continue;
    argument.replaceAllUsesWith(first);
    changed = true;
  }
  return changed;
}

/// A stack of what a step is given of a sequence is the sequence; what is stacked twice is one stack.
bool readThrough(ir::ScanOp scan) {
  bool changed = false;
  llvm::DenseMap<mlir::Value, mlir::Value> known;
  for (auto [element, sequence] : llvm::zip_equal(scan.elementArguments(), scan.getSequences()))
    known[element] = sequence;
  for (auto [stack, result] : llvm::zip_equal(scan.stacks(), scan.stepResults())) {
    mlir::Value first = known.try_emplace(result, stack).first->second;
    if (first == stack || stack.use_empty()) continue;
    stack.replaceAllUsesWith(first);
    changed = true;
  }
  return changed;
}

}  // namespace

bool simplifyScans(mlir::Operation* function) {
  llvm::SmallVector<ir::ScanOp> scans;
  function->walk([&](ir::ScanOp scan) { scans.push_back(scan); });  // those within come before those around
  bool changed = false;
  for (ir::ScanOp scan : scans) {
    changed |= takeIn(scan);
    changed |= moveOut(scan);
    changed |= shareGiven(scan);
    changed |= readThrough(scan);
    changed |= dropUnused(scan);
  }
  return changed;
}

}  // namespace stator::simplify
