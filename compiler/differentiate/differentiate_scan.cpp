// The backward loop of a scan: its step computes the forward step again from what was kept, then walks back through it.
//
//   %h, %ys = stator.scan from(%h0) over(%xs) with(%w)        forward: %ys and whatever the backward loop reads
//   %dh0, %dxs, ... = stator.scan reverse from(%dh) over(%dys, %kept...) with(%w)
//   %dw = a product of what the backward loop has stacked
#include "compiler/differentiate/differentiate_scan.h"

#include "compiler/differentiate/residuals.h"
#include "compiler/differentiate/reverse_mode.h"
#include "compiler/differentiate/sum_over_steps.h"
#include "compiler/interface/ops/source.h"
#include "compiler/ir/build.h"
#include "mlir/IR/IRMapping.h"

namespace stator::ir {
namespace {

bool hasGradient(mlir::Type type) {
  return llvm::isa<mlir::FloatType>(llvm::cast<mlir::RankedTensorType>(type).getElementType());
}

/// The same loop that stacks `values` of its step too; `stacks` says where. It replaces `scan`, which loses its step.
ScanOp stackMore(ScanOp scan, llvm::ArrayRef<mlir::Value> values, llvm::SmallVectorImpl<mlir::Value>& stacks) {
  mlir::Operation* yield = scan.block().getTerminator();
  llvm::SmallVector<mlir::Value> yields(yield->getOperands());
  llvm::SmallVector<unsigned> positions;
  for (mlir::Value value : values) {
    auto known = std::find(yields.begin() + scan.stateCount(), yields.end(), value);
    positions.push_back(static_cast<unsigned>(known - yields.begin()));
    if (known == yields.end()) yields.push_back(value);
  }
  ScanOp more = scan;
  if (yields.size() > scan.getNumResults()) {
    yield->setOperands(yields);
    ScanOperands operands{scan.getInitial(), scan.getSequences(), scan.getInvariants()};
    mlir::Block* step = &scan.block();
    step->getParent()->getBlocks().remove(step);
    mlir::OpBuilder builder(scan);
    more = buildScan(builder, scan.getLoc(), operands, scan.getReverse(), step);
  }
  for (unsigned position : positions) stacks.push_back(more.getResult(position));
  return more;
}

class BackwardLoop {
 public:
  BackwardLoop(mlir::OpBuilder& builder, ScanOp scan, llvm::ArrayRef<mlir::Value> cotangents,
               llvm::ArrayRef<bool> wanted)
      : builder(builder), scan(scan), cotangents(cotangents), wanted(wanted), loop(scan.getSequences()[0]) {}

  llvm::FailureOr<ScanDerivative> run() {
    findCarried();
    llvm::SmallVector<mlir::Operation*> forward = repeatForward();
    mlir::OpBuilder inside = loop.atEnd();
    ReverseMode reverse(inside);
    llvm::SmallVector<CotangentSource> sources = sourcesOf();
    for (auto [i, argument] : llvm::enumerate(scan.block().getArguments()))
      if (isCarried(i) || (i >= scan.stateCount() && wanted[i] && hasGradient(argument.getType())))
        reverse.want(seen.lookup(argument));
    if (mlir::failed(reverse.run(forward, sources))) return mlir::failure();
    give(reverse, inside);
    loop.end();
    return finish();
  }

 private:
  bool isCarried(size_t state) const { return state < carried.size() && carried[state]; }

  /// The states that a wanted operand reaches, at once or through earlier steps.
  void findCarried() {
    carried.assign(wanted.begin(), wanted.begin() + scan.stateCount());
    for (bool changed = true; changed;) {
      llvm::DenseSet<mlir::Value> reached;
      for (auto [i, argument] : llvm::enumerate(scan.block().getArguments()))
        if (i < carried.size() ? carried[i] : wanted[i]) reached.insert(argument);
      for (mlir::Operation& op : scan.block())
        if (llvm::any_of(op.getOperands(), [&](mlir::Value operand) { return reached.contains(operand); }))
          reached.insert(op.result_begin(), op.result_end());
      changed = false;
      for (auto [i, state] : llvm::enumerate(scan.newStates())) {
        if (carried[i] || !reached.contains(state) || !hasGradient(state.getType())) continue;
        carried[i] = changed = true;
      }
    }
    for (auto [i, state] : llvm::enumerate(scan.newStates())) carried[i] = carried[i] && hasGradient(state.getType());
  }

  /// Clones the forward step, on elements for its states and elements.
  llvm::SmallVector<mlir::Operation*> repeatForward() {
    for (mlir::BlockArgument state : scan.stateArguments()) {
      mlir::BlockArgument before = loop.addElement(state.getType());
      seen.map(state, before);
      kept.push_back({before, state});
    }
    for (auto [argument, sequence] : llvm::zip_equal(scan.elementArguments(), scan.getSequences())) {
      mlir::BlockArgument element = loop.addElement(argument.getType());
      loop.setSequence(element, sequence);
      seen.map(argument, element);
    }
    for (auto [argument, value] : llvm::zip_equal(scan.invariantArguments(), scan.getInvariants()))
      seen.map(argument, loop.addInvariant(value));
    mlir::OpBuilder inside = loop.atEnd();
    llvm::SmallVector<mlir::Operation*> forward;
    for (mlir::Operation& op : scan.block().without_terminator()) {
      forward.push_back(inside.clone(op, seen));
      if (llvm::isa<ScanOp>(op)) continue;
      for (auto [mine, copied] : llvm::zip_equal(op.getResults(), forward.back()->getResults()))
        original[copied] = mine;
    }
    return forward;
  }

  /// New states have the cotangent that the backward loop carries, results that of their element.
  llvm::SmallVector<CotangentSource> sourcesOf() {
    llvm::SmallVector<CotangentSource> sources;
    auto add = [&](mlir::Value value, mlir::Value cotangent) {
      sources.push_back({seen.lookupOrDefault(value), [=] { return cotangent; }});
    };
    for (auto [i, state] : llvm::enumerate(scan.newStates())) {
      if (!carried[i]) continue;
      states.push_back(loop.addState(state.getType(), cotangents[i]));
      add(state, states.back());
    }
    for (auto [i, result] : llvm::enumerate(scan.stepResults())) {
      mlir::Value cotangent = cotangents[scan.stateCount() + i];
      if (!cotangent || !hasGradient(result.getType())) continue;
      mlir::BlockArgument element = loop.addElement(result.getType());
      loop.setSequence(element, cotangent);
      add(result, element);
    }
    return sources;
  }

  /// What the backward step gives: cotangents of states to the step before, of elements as stacks, of invariants as
  /// sums.
  void give(ReverseMode& reverse, mlir::OpBuilder& inside) {
    results.assign(scan.getNumOperands(), {});
    size_t position = 0;
    for (auto [i, argument] : llvm::enumerate(scan.block().getArguments())) {
      mlir::Value cotangent = reverse.of(seen.lookup(argument));
      if (i < scan.stateCount()) {
        if (!carried[i]) continue;
        if (!cotangent) cotangent = buildConstant(inside, scan.getLoc(), argument.getType(), 0);
        loop.setNewState(states[position], cotangent);
        results[i] = [=](mlir::OpBuilder&, ScanOp backward) { return backward.finalStates()[position]; };
        ++position;
      } else if (cotangent && wanted[i] && i < scan.stateCount() + scan.sequenceCount()) {
        results[i] = [=, at = loop.stack(cotangent)](mlir::OpBuilder&, ScanOp backward) {
          return backward.stacks()[at];
        };
      } else if (cotangent && wanted[i]) {
        results[i] = sumOverSteps(loop, cotangent);
      }
    }
  }

  ScanDerivative finish() {
    llvm::append_range(kept, keepExpensive(loop, original));
    llvm::erase_if(kept, [](const auto& residual) { return residual.first.use_empty(); });
    loop.dropUnusedArguments();
    llvm::SmallVector<mlir::Value> values, stacks;
    for (auto& [element, value] : kept) values.push_back(value);
    ScanDerivative derivative{stackMore(scan, values, stacks), {}};
    for (auto [residual, stack] : llvm::zip_equal(kept, stacks)) loop.setSequence(residual.first, stack);
    ScanOp backward = loop.finish(builder, scan.getLoc(), !scan.getReverse());
    for (const AfterLoop& result : results)
      derivative.cotangents.push_back(result ? result(builder, backward) : mlir::Value());
    return derivative;
  }

  mlir::OpBuilder& builder;
  ScanOp scan;
  llvm::ArrayRef<mlir::Value> cotangents;  // of the scan's results
  llvm::ArrayRef<bool> wanted;             // of the scan's operands
  LoopBuilder loop;
  llvm::SmallVector<bool> carried;                // whether a state has a cotangent
  llvm::SmallVector<mlir::BlockArgument> states;  // of the backward loop: cotangents of those that are carried
  mlir::IRMapping seen;                           // the forward step's values in the backward step
  llvm::DenseMap<mlir::Value, mlir::Value> original;
  Residuals kept;
  llvm::SmallVector<AfterLoop> results;  // cotangents of the scan's operands
};

}  // namespace

llvm::FailureOr<ScanDerivative> differentiateScan(mlir::OpBuilder& builder, ScanOp scan,
                                                  llvm::ArrayRef<mlir::Value> cotangents, llvm::ArrayRef<bool> wanted) {
  return BackwardLoop(builder, scan, cotangents, wanted).run();
}

}  // namespace stator::ir
