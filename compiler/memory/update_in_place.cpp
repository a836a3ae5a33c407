// Which kernels may overwrite what they read, and the order of kernels that lets them.
#include "compiler/memory/update_in_place.h"

#include <map>

#include "compiler/ir/dialect.h"
#include "compiler/memory/buffer.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"

namespace stator::memory {
namespace {

/// Whether `value` is used only at the place of the element that is computed, up to the fusion's results.
bool isReadInPlace(mlir::Value value, llvm::DenseSet<mlir::Value>& seen) {
  if (!seen.insert(value).second) return true;
  return llvm::all_of(value.getUsers(), [&](mlir::Operation* user) {
    if (llvm::isa<ir::YieldOp>(user)) return true;
    bool moves = llvm::isa<ir::BroadcastOp, ir::PermuteOp, ir::SliceOp, ir::PadOp, ir::FlipOp, ir::SumOp, ir::MaxOp,
                           ir::ArgmaxOp, ir::MatmulOp, ir::ConvolutionOp, ir::ConvolutionWeightGradOp,
                           ir::WinogradWeightOp, ir::WinogradConvolutionOp, ir::MaxPool2dOp, ir::MaxPool2dIndicesOp,
                           ir::MaxPool2dPositionsOp, ir::MaxPool2dScatterOp, ir::AvgPool2dOp, ir::MaxPool2dGradOp,
                           ir::AvgPool2dGradOp, ir::RandomUniformOp, ir::GatherOp, ir::ScatterAddOp>(user);
    return !moves && isReadInPlace(user->getResult(0), seen);
  });
}

}  // namespace

bool readsInPlace(ir::FusionOp writer, mlir::Value old) {
  llvm::DenseSet<mlir::Value> seen;
  for (auto [operand, argument] : llvm::zip_equal(writer.getInputs(), writer.getBody().getArguments()))
    if (ir::withoutReshapes(operand) == old && !isReadInPlace(argument, seen)) return false;
  return true;
}

namespace {

class UpdateOrder {
 public:
  explicit UpdateOrder(mlir::Block& block) : block_(block), return_(block.getTerminator()) {
    for (mlir::Operation& op : block)
      if (llvm::isa<ir::FusionOp, ir::ScanOp>(op)) numberOf(&op);
  }

  /// Operand `updated` of the terminator is the new value of `old`, which is null where the block never reads it.
  void update(unsigned updated, mlir::Value old) { place(return_->getOpOperand(updated), old); }

  /// Kernels and loops, each after those that it waits for, else in their order; reshapes before those that read them.
  void sort() {
    llvm::SmallVector<mlir::Operation*> kernels;
    for (mlir::Operation& op : block_)
      if (llvm::isa<ir::FusionOp, ir::ScanOp>(op)) kernels.push_back(&op);
    llvm::DenseSet<mlir::Operation*> done;
    for (mlir::Operation* kernel : kernels) settle(kernel, done);
    settleReshapes(return_);
  }

 private:
  /// The fusions and loops that read a value, through whatever reshapes.
  llvm::SmallSetVector<mlir::Operation*, 4> readersOf(mlir::Value value) {
    llvm::SmallSetVector<mlir::Operation*, 4> readers;
    if (!value) return readers;
    for (mlir::Operation* user : value.getUsers()) {
      if (llvm::isa<ir::FusionOp, ir::ScanOp>(user)) readers.insert(user);
      else if (llvm::isa<ir::ReshapeOp>(user))
        for (mlir::Operation* reader : readersOf(user->getResult(0))) readers.insert(reader);
    }
    return readers;
  }

  /// The fusions and loops that `op` waits for.
  llvm::SmallVector<mlir::Operation*> before(mlir::Operation* op) {
    llvm::SmallVector<mlir::Operation*> all(extra_.lookup(op));
    for (mlir::Value operand : op->getOperands())
      if (mlir::Operation* producer = ir::withoutReshapes(operand).getDefiningOp()) all.push_back(producer);
    return all;
  }

  bool waitsFor(mlir::Operation* op, mlir::Operation* other) {
    llvm::SmallSetVector<mlir::Operation*, 16> pending;
    pending.insert(op);
    for (size_t i = 0; i < pending.size(); ++i) {
      if (pending[i] == other) return true;
      if (lastReached(pending[i]) < numberOf(other)) continue;
      for (mlir::Operation* earlier : before(pending[i])) pending.insert(earlier);
    }
    return false;
  }

  /// Fusions by their order; copies stand behind them all.
  int numberOf(mlir::Operation* op) {
    auto [number, isNew] = numbers_.try_emplace(op, static_cast<int>(numbers_.size()));
    return number->second;
  }

  /// No fusion behind this number is one that `op` waits for: those that an operand waits for stand before it, and what
  /// waits against the order is known.
  int lastReached(mlir::Operation* op) {
    int reached = numberOf(op);
    for (auto wait = againstOrder_.begin(); wait != againstOrder_.end() && wait->first <= reached; ++wait)
      reached = std::max(reached, wait->second);
    return reached;
  }

  void waitAlso(mlir::Operation* op, mlir::Operation* reader) {
    extra_[op].push_back(reader);
    if (numberOf(reader) > numberOf(op)) againstOrder_.emplace(numberOf(op), numberOf(reader));
  }

  void place(mlir::OpOperand& operand, mlir::Value old) {
    mlir::Value value = ir::withoutReshapes(operand.get());
    auto writer = value.getDefiningOp<ir::FusionOp>();
    if (!writer) return;  // the slot as it was
    auto readers = readersOf(old);
    bool inPlace = !readers.contains(writer) || readsInPlace(writer, old);
    for (mlir::Operation* reader : readers) inPlace = inPlace && (reader == writer || !waitsFor(reader, writer));
    mlir::Operation* last = writer;
    if (!inPlace) {
      operand.set(copy(operand.get()));
      last = operand.get().getDefiningOp();
    }
    for (mlir::Operation* reader : readers)
      if (reader != last) waitAlso(last, reader);
  }

  mlir::Value copy(mlir::Value value) {
    mlir::OpBuilder builder(return_);
    auto fusion = builder.create<ir::FusionOp>(value.getLoc(), value.getType(), value, builder.getStringAttr("map"));
    mlir::Block* block = builder.createBlock(&fusion.getBody(), {}, value.getType(), value.getLoc());
    builder.create<ir::YieldOp>(value.getLoc(), block->getArgument(0));
    return fusion.getResult(0);
  }

  void settle(mlir::Operation* kernel, llvm::DenseSet<mlir::Operation*>& done) {
    if (!done.insert(kernel).second) return;
    for (mlir::Operation* earlier : before(kernel)) settle(earlier, done);
    settleReshapes(kernel);
    kernel->moveBefore(return_);
  }

  void settleReshapes(mlir::Operation* reader) {
    for (mlir::Value operand : reader->getOperands()) {
      auto reshape = operand.getDefiningOp<ir::ReshapeOp>();
      if (!reshape || !settled_.insert(reshape).second) continue;
      settleReshapes(reshape);
      reshape->moveBefore(return_);
    }
  }

  mlir::Block& block_;
  mlir::Operation* return_;
  llvm::DenseMap<mlir::Operation*, llvm::SmallVector<mlir::Operation*>> extra_;
  llvm::DenseSet<mlir::Operation*> settled_;
  llvm::DenseMap<mlir::Operation*, int> numbers_;
  std::multimap<int, int> againstOrder_;  // the numbers of fusions that wait for a later one, and of that one
};

}  // namespace

static void orderSteps(mlir::Block& block) {
  for (auto scan : block.getOps<ir::ScanOp>()) {
    orderSteps(scan.block());
    UpdateOrder order(scan.block());
    for (unsigned state = 0; state < scan.stateCount(); ++state)
      if (!keepsHistory(scan, state)) order.update(state, scan.stateArguments()[state]);
    order.sort();
  }
}

void orderUpdates(mlir::func::FuncOp function) {
  orderSteps(function.getBody().front());
  llvm::DenseMap<int64_t, mlir::Value> slots;
  for (unsigned i = 0; i < function.getNumArguments(); ++i)
    if (auto slot = function.getArgAttrOfType<mlir::IntegerAttr>(i, ir::slotAttr))
      slots[slot.getInt()] = function.getArgument(i);
  UpdateOrder order(function.getBody().front());
  for (unsigned i = 0; i < function.getNumResults(); ++i)
    if (auto slot = function.getResultAttrOfType<mlir::IntegerAttr>(i, ir::updateAttr))
      order.update(i, slots.lookup(slot.getInt()));
  order.sort();
}

}  // namespace stator::memory
