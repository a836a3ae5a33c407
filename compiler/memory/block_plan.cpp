// Places in the arena for the values of one block.
//
// The step of a loop sees a row of each sequence and writes a row of each stack: addresses that move with the step. Of
// a state that is also stacked, one piece of memory holds all values, the initial one included: the stack of the states
// before each step and the stack of those behind it are the same rows, one apart.
//
// A kernel's result lies where an operand did that ends there, if each element is read only where it is written.
#include "compiler/memory/block_plan.h"

#include "compiler/memory/update_in_place.h"
#include "runtime/error.h"

namespace stator::memory {
namespace {

constexpr int64_t counterBytes = 64;  // the number of the step, at the beginning of a loop's memory

/// The row of a state's history that step `step` finds or leaves: values lie in the order of the sequences.
int64_t historyRow(ir::ScanOp scan, bool behind, int64_t step) { return step + (behind != scan.getReverse() ? 1 : 0); }

/// Whether a loop starts from `value`: its memory becomes the state's.
bool startsLoop(mlir::Value value) {
  return llvm::any_of(value.getUsers(), [&](mlir::Operation* user) {
    if (auto reshape = llvm::dyn_cast<ir::ReshapeOp>(user)) return startsLoop(reshape.getResult());
    auto scan = llvm::dyn_cast<ir::ScanOp>(user);
    return scan && llvm::is_contained(scan.getInitial(), value);
  });
}

/// Whether nothing behind `fusion` reads `value`.
bool endsAt(mlir::Value value, ir::FusionOp fusion) {
  return llvm::all_of(value.getUsers(), [&](mlir::Operation* user) {
    if (auto reshape = llvm::dyn_cast<ir::ReshapeOp>(user)) return endsAt(reshape.getResult(), fusion);
    return !fusion->isBeforeInBlock(user);
  });
}

/// What a step yields lies where the block around says.
llvm::DenseSet<mlir::Value> placedByStep(ir::ScanOp scan) {
  llvm::DenseSet<mlir::Value> placed;
  for (mlir::Value argument : scan.block().getArguments()) placed.insert(argument);
  for (mlir::Value result : scan.block().getTerminator()->getOperands()) placed.insert(ir::withoutReshapes(result));
  return placed;
}

}  // namespace

BlockPlan::BlockPlan(mlir::Block& block, llvm::DenseSet<mlir::Value> placed, bool reuses)
    : reuses_(reuses), placed_(std::move(placed)) {
  for (mlir::Operation& op : block) {
    const int moment = static_cast<int>(moments_.size());
    auto fusion = llvm::dyn_cast<ir::FusionOp>(op);
    auto scan = llvm::dyn_cast<ir::ScanOp>(op);
    if (fusion) addFusion(fusion, moment);
    if (scan) addScan(scan, moment);
    if (fusion || scan) moments_.push_back(&op);
  }
  arena_ = planArena(planned());
}

std::vector<Lifetime> BlockPlan::planned() const {
  std::vector<Lifetime> lifetimes = lifetimes_;
  if (!reuses_)
    for (Lifetime& lifetime : lifetimes) lifetime.first = 0, lifetime.last = static_cast<int>(moments_.size());
  return lifetimes;
}

BlockPlan::Part BlockPlan::partOf(mlir::Value value) const {
  auto part = parts_.find(ir::withoutReshapes(value));
  return part == parts_.end() ? Part{ir::withoutReshapes(value), 0} : part->second;
}

void BlockPlan::use(mlir::Value value, int moment) {
  auto memory = memoryOf_.find(partOf(value).whole);
  if (memory != memoryOf_.end()) lifetimes_[memory->second].last = moment;
}

/// A value lives from its kernel to the last that reads it.
void BlockPlan::addFusion(ir::FusionOp fusion, int moment) {
  for (mlir::Value operand : fusion.getInputs()) use(operand, moment);
  llvm::DenseSet<mlir::Value> taken;
  for (mlir::Value result : fusion.getResults()) {
    if (placed_.contains(result)) continue;
    if (mlir::Value old = reuses_ ? overwritable(fusion, result, taken) : mlir::Value()) {
      taken.insert(old);
      parts_[result] = partOf(old);
      continue;
    }
    memoryOf_[result] = lifetimes_.size();
    lifetimes_.push_back({memory::sizeBytes(result.getType()), moment, moment});
  }
}

/// An operand whose memory the kernel may write `result` to; null: there is none.
mlir::Value BlockPlan::overwritable(ir::FusionOp fusion, mlir::Value result,
                                    const llvm::DenseSet<mlir::Value>& taken) const {
  bool elementwise = fusion.getKind() == "map" || fusion.getKind() == "contraction";
  if (!elementwise || startsLoop(result)) return {};
  auto type = llvm::cast<mlir::RankedTensorType>(result.getType());
  for (mlir::Value operand : fusion.getInputs()) {
    mlir::Value old = ir::withoutReshapes(operand);
    auto held = llvm::cast<mlir::RankedTensorType>(old.getType());
    bool same = held.getElementType() == type.getElementType() && held.getNumElements() == type.getNumElements();
    if (!same || taken.contains(old) || !old.getDefiningOp<ir::FusionOp>()) continue;
    if (!memoryOf_.contains(partOf(old).whole) || startsLoop(old)) continue;
    if (endsAt(old, fusion) && readsInPlace(fusion, old)) return old;
  }
  return {};
}

void BlockPlan::addScan(ir::ScanOp scan, int moment) {
  for (mlir::Value operand : scan.getOperands()) use(operand, moment);
  for (unsigned state = 0; state < scan.stateCount(); ++state) addState(scan, state, moment);
  for (auto [stack, result] : llvm::zip_equal(scan.stacks(), scan.stepResults())) {
    if (parts_.contains(stack)) continue;
    memoryOf_[stack] = lifetimes_.size();
    lifetimes_.push_back({memory::sizeBytes(stack.getType()), moment, moment});
  }
  auto step = std::make_unique<BlockPlan>(scan.block(), placedByStep(scan), reuses_);
  loops_.push_back({scan, std::move(step), lifetimes_.size()});
  lifetimes_.push_back({counterBytes + loops_.back().step->sizeBytes(), moment, moment});
}

/// The initial value is the loop's own: its memory is the state's.
void BlockPlan::addState(ir::ScanOp scan, unsigned state, int moment) {
  mlir::Value initial = ir::withoutReshapes(scan.getInitial()[state]);
  int64_t row = memory::sizeBytes(initial.getType()), steps = scan.steps();
  bool history = keepsHistory(scan, state);
  auto memory = memoryOf_.find(initial);
  if (memory == memoryOf_.end()) throw InternalError("plan-memory: a loop's state starts from what is not its own");
  Lifetime& lifetime = lifetimes_[memory->second];
  lifetime.last = moment;
  if (history) lifetime.size_bytes = row * (steps + 1);
  int64_t first = history && scan.getReverse() ? steps : 0, last = history && !scan.getReverse() ? steps : 0;
  parts_[initial] = {initial, first * row};
  parts_[scan.finalStates()[state]] = {initial, last * row};
  for (auto [stack, result] : llvm::zip_equal(scan.stacks(), scan.stepResults())) {
    auto of = scan.historyOf(result);
    if (of && of->state == state) parts_[stack] = {initial, historyRow(scan, of->behind, 0) * row};
  }
}

WidestPoint BlockPlan::widest() const {
  std::vector<Lifetime> least = lifetimes_;
  for (const Loop& loop : loops_) least[loop.memory].size_bytes = counterBytes + loop.step->liveBytes();
  return widestPoint(least);
}

ir::FusionOp BlockPlan::widestKernel() const {
  if (moments_.empty()) return {};
  mlir::Operation* op = moments_[widest().step];
  for (const Loop& loop : loops_)
    if (loop.scan == op) return loop.step->widestKernel();
  return llvm::cast<ir::FusionOp>(op);
}

void BlockPlan::assign(int64_t offset, Buffers& buffers) const {
  for (auto [value, memory] : memoryOf_)
    buffers[value] = {Base::arena, 0, offset + arena_.offset_bytes[memory] + partOf(value).offset_bytes};
  for (auto& [value, part] : parts_)
    buffers[value] = {Base::arena, 0, offset + arena_.offset_bytes[memoryOf_.lookup(part.whole)] + part.offset_bytes};
  for (const Loop& loop : loops_) assignLoop(loop, offset + arena_.offset_bytes[loop.memory], buffers);
}

void BlockPlan::assignLoop(const Loop& loop, int64_t offset, Buffers& buffers) {
  ir::ScanOp scan = loop.scan;
  auto bufferOf = [&](mlir::Value value) { return buffers.lookup(ir::withoutReshapes(value)); };
  auto rowOf = [&](Buffer whole, mlir::Value element) {
    whole.strides.push_back({offset, memory::sizeBytes(element.getType())});
    return whole;
  };
  for (auto [argument, value] : llvm::zip_equal(scan.invariantArguments(), scan.getInvariants()))
    buffers[argument] = bufferOf(value);
  for (auto [argument, sequence] : llvm::zip_equal(scan.elementArguments(), scan.getSequences()))
    buffers[argument] = rowOf(bufferOf(sequence), argument);
  for (unsigned state = 0; state < scan.stateCount(); ++state) {
    mlir::Value before = scan.stateArguments()[state], behind = ir::withoutReshapes(scan.newStates()[state]);
    Buffer buffer = bufferOf(scan.getInitial()[state]);
    if (!keepsHistory(scan, state)) {
      buffers[before] = buffer;
      buffers[behind] = buffer;
      continue;
    }
    int64_t row = memory::sizeBytes(before.getType());
    Buffer rows = rowOf(buffer.movedBy(scan.getReverse() ? -scan.steps() * row : 0), before);
    buffers[before] = rows.movedBy(historyRow(scan, false, 0) * row);
    buffers[behind] = rows.movedBy(historyRow(scan, true, 0) * row);
  }
  for (auto [result, stack] : llvm::zip_equal(scan.stepResults(), scan.stacks()))
    if (!scan.historyOf(result)) buffers[ir::withoutReshapes(result)] = rowOf(bufferOf(stack), result);
  mlir::Builder builder(scan.getContext());
  scan->setAttr(counterAttr, builder.getI64IntegerAttr(offset));
  loop.step->assign(offset + counterBytes, buffers);
}

}  // namespace stator::memory
