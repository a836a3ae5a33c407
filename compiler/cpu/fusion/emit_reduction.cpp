// Reductions with what stands before, between and after them: softmax rows, losses, bias gradients.
#include "compiler/cpu/fusion/emit_reduction.h"

#include "compiler/cpu/fusion/buffer_access.h"
#include "compiler/kernels/contraction_tile.h"

namespace stator::cpu {

namespace {
mlir::RankedTensorType typeOf(Value value) { return llvm::cast<mlir::RankedTensorType>(value.getType()); }
}  // namespace

ReductionEmitter::ReductionEmitter(const IndexBuilder& ix, ir::FusionOp fusion, const ReductionSchedule& schedule,
                                   const KernelArguments& arguments)
    : ix_(ix),
      s_(schedule),
      arguments_(arguments),
      values_(bindArguments(fusion, arguments.inputs)),
      results_(yielded(fusion)),
      at_(schedule.groups.size()),
      elements_(typeOf(schedule.passes[0][0]->getOperand(0)).getNumElements()) {}

void ReductionEmitter::run() {
  ix_.forShare(arguments_.chunk, s_.units, s_.chunks, [&](Value index) { placeAndEmit(index); });
}

void ReductionEmitter::placeAndEmit(Value index) {
  llvm::SmallVector<int64_t> radix;
  llvm::SmallVector<size_t> kept;
  for (size_t i = 0; i < s_.groups.size(); ++i) {
    bool isLane = i + 1 == s_.groups.size();
    if (s_.groups[i].isReduced || isLane) continue;
    radix.push_back(s_.groups[i].extent), kept.push_back(i);
  }
  radix.push_back(s_.blocks);
  Values digits = ix_.split(index, radix);
  for (auto [group, digit] : llvm::zip(kept, digits)) at_[group] = {digit, 1, 0, 0, 1, {}};
  unit(digits.back());
}

bool ReductionEmitter::isLoop(size_t group) const {
  return s_.groups[group].isReduced && !(s_.lanesFold && group + 1 == s_.groups.size());
}

ReductionEmitter::Line ReductionEmitter::lineOf(int64_t offset, int64_t elements) {
  Line line;
  for (int64_t i = 0; i < elements; i += s_.lanes)
    line.push_back({offset + i, kernels::firstLanes(ix_, elements - i, s_.lanes)});
  return line;
}

TensorIndex ReductionEmitter::indexOf(const Lanes& lanes, const IndexMath& math) {
  TensorIndex index;
  index.mask = lanes.mask;
  for (size_t i = 0; i < s_.groups.size(); ++i) index.groups.push_back({s_.groups[i].extent, at_[i]});
  index.groups.back().at = math.add(index.groups.back().at, lanes.offset);
  return index;
}

TensorIndex ReductionEmitter::reducedIndexOf(const Lanes& lanes, const IndexMath& math) {
  TensorIndex index = indexOf(lanes, math), reduced;
  reduced.mask = s_.lanesFold ? Value() : index.mask;
  for (size_t i = 0; i < s_.groups.size(); ++i)
    if (!s_.groups[i].isReduced) reduced.groups.push_back(index.groups[i]);
  return reduced;
}

LaneIndex ReductionEmitter::position(const TensorIndex& index, const IndexMath& math) {
  llvm::SmallVector<AxisGroup, 4> reduced;
  for (size_t i = 0; i < s_.groups.size(); ++i)
    if (s_.groups[i].isReduced) reduced.push_back(index.groups[i]);
  return math.linearize(reduced);
}

llvm::SmallVector<Reduction> ReductionEmitter::reductionsOf(llvm::ArrayRef<mlir::Operation*> pass) const {
  llvm::SmallVector<Reduction> reductions;
  for (mlir::Operation* op : pass) reductions.push_back({op, s_.fma});
  return reductions;
}

Values ReductionEmitter::startSets(llvm::ArrayRef<Reduction> reductions) {
  Values all;
  for (int64_t set = 0; set < s_.sets; ++set)
    for (const Reduction& reduction : reductions) all.append(reduction.start(ix_, s_.lanes));
  return all;
}

void ReductionEmitter::take(llvm::ArrayRef<Reduction> reductions, Evaluator& evaluator, const TensorIndex& index,
                            Values& carried, size_t begin) {
  for (const Reduction& reduction : reductions) {
    ValueRange old = ValueRange(carried).slice(begin, reduction.width());
    Values taken = reduction.take(ix_, evaluator, old, index, position(index, evaluator.math()));
    llvm::copy(taken, carried.begin() + begin);
    begin += reduction.width();
  }
}

void ReductionEmitter::finishPass(llvm::ArrayRef<Reduction> reductions, ValueRange sums, bool folds) {
  size_t begin = 0, perSet = sums.size() / s_.sets;
  for (const Reduction& reduction : reductions) {
    Values total(sums.slice(begin, reduction.width()));
    for (int64_t set = 1; set < s_.sets; ++set)
      total = reduction.meet(ix_, total, sums.slice(set * perSet + begin, reduction.width()));
    if (folds) total = reduction.fold(ix_, total);
    values_.vectors[reduction.result()] = reduction.finish(ix_, total);
    begin += reduction.width();
  }
}

bool ReductionEmitter::isFull(Value result) const { return typeOf(result).getNumElements() == elements_; }

void ReductionEmitter::storeReduced(Evaluator& evaluator, const Lanes& lanes) {
  TensorIndex index = reducedIndexOf(lanes, evaluator.math());
  llvm::SmallVector<std::pair<size_t, Value>> computed;  // all before any is stored: it may lie where an operand does
  for (auto [i, result] : llvm::enumerate(results_))
    if (!isFull(result)) computed.push_back({i, evaluator.evaluate(result, index)});
  for (auto [i, vector] : computed)
    storeLanes(evaluator.math(), vector, arguments_.outputs[i], typeOf(results_[i]).getElementType(), index);
}

FusionKernel planReduction(ir::FusionOp fusion, const Target& target) {
  ReductionSchedule schedule = scheduleReduction(fusion, target);
  FusionKernel kernel;
  kernel.chunks = schedule.chunks;
  kernel.scratchElements = schedule.keptElements();
  kernel.scratchElement = mlir::Float32Type::get(fusion.getContext());
  kernel.scratchOnStack = true;
  kernel.emit = [fusion, schedule](const IndexBuilder& ix, const KernelArguments& arguments) {
    (schedule.lanesFold ? emitRows : emitColumns)(ix, fusion, schedule, arguments);
  };
  return kernel;
}

}  // namespace stator::cpu
