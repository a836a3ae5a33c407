// How a group of reductions over the same axes is run.
#include "compiler/cpu/fusion/reduction_schedule.h"

#include "compiler/cpu/fusion/kept_values.h"
#include "llvm/Support/MathExtras.h"
#include "runtime/error.h"

namespace stator::cpu {
namespace {

mlir::RankedTensorType typeOf(Value value) { return llvm::cast<mlir::RankedTensorType>(value.getType()); }

llvm::SmallVector<int64_t> reducedAxes(mlir::Operation* op) {
  if (auto sum = llvm::dyn_cast<ir::SumOp>(op)) return llvm::to_vector(sum.getAxes());
  if (auto max = llvm::dyn_cast<ir::MaxOp>(op)) return llvm::to_vector(max.getAxes());
  return {static_cast<int64_t>(llvm::cast<ir::ArgmaxOp>(op).getAxis())};
}

/// Reductions by the number of reductions that stand before each on the longest way to it.
llvm::SmallVector<llvm::SmallVector<mlir::Operation*>> passesOf(ir::FusionOp fusion) {
  llvm::SmallVector<llvm::SmallVector<mlir::Operation*>> passes;
  llvm::DenseMap<mlir::Operation*, size_t> level;
  for (mlir::Operation& op : fusion.getBody().front()) {
    size_t before = 0;
    for (Value operand : op.getOperands())
      if (mlir::Operation* producer = operand.getDefiningOp()) before = std::max(before, level[producer]);
    level[&op] = before;
    if (!llvm::isa<ir::SumOp, ir::MaxOp, ir::ArgmaxOp>(op)) continue;
    if (passes.size() <= before) passes.resize(before + 1);
    passes[before].push_back(&op);
    level[&op] = before + 1;
  }
  return passes;
}

void chooseVectors(ReductionSchedule& s, const Target& target) {
  int64_t extent = s.last().extent, rowVectors = (extent + s.lanes - 1) / s.lanes;
  int64_t registers = target.registers / 4;
  if (s.lanesFold) {
    for (const IterationGroup& group : llvm::ArrayRef(s.groups).drop_back())
      if (group.isReduced) rowVectors *= group.extent;
    s.straight = rowVectors <= registers;
    s.sets = std::min<int64_t>(4, rowVectors);
  } else {
    s.vectors = std::min<int64_t>(4, rowVectors);
    s.sets = std::max<int64_t>(1, registers / s.vectors);
    s.blocks = (rowVectors + s.vectors - 1) / s.vectors;
  }
}

/// Dear values of long rows are kept, where the stack has room for a row of each.
void chooseKept(ReductionSchedule& s, ir::FusionOp fusion, int64_t elements) {
  s.kept.resize(s.passes.size() + 1);
  bool trails = llvm::is_sorted(s.groups, [](auto& a, auto& b) { return a.isReduced < b.isReduced; });
  if (!s.lanesFold || s.straight || !trails) return;
  llvm::SmallVector<llvm::SmallVector<Value>> wanted;
  for (auto& pass : s.passes) {
    wanted.emplace_back();
    for (mlir::Operation* op : pass) wanted.back().push_back(op->getOperand(0));
  }
  wanted.emplace_back(yielded(fusion));
  RowPasses passes(std::move(wanted), elements);
  passes.keepDear(fusion.getBody().front());
  int64_t row = 1;
  for (const IterationGroup& group : s.groups)
    if (group.isReduced) row *= group.extent, ++s.rowAxes;
  s.rowElements = static_cast<int64_t>(llvm::alignTo(row, s.lanes));
  auto count = static_cast<int64_t>(passes.kept().size());
  if (count * s.rowElements * static_cast<int64_t>(sizeof(float)) > mostOnStack) return;
  for (size_t i = 0; i < s.kept.size(); ++i) s.kept[i] = passes.keptBy(static_cast<int>(i));
}

}  // namespace

int64_t ReductionSchedule::keptElements() const {
  int64_t elements = 0;
  for (auto& values : kept) elements += static_cast<int64_t>(values.size()) * rowElements;
  return elements;
}

ReductionSchedule scheduleReduction(ir::FusionOp fusion, const Target& target) {
  ReductionSchedule s;
  s.passes = passesOf(fusion);
  if (s.passes.empty()) throw InternalError("lower-cpu: a fusion of reductions holds none");
  mlir::RankedTensorType type = typeOf(s.passes[0][0]->getOperand(0));
  llvm::SmallVector<int64_t> axes = reducedAxes(s.passes[0][0]);
  llvm::SmallVector<Value> roots;
  for (auto& pass : s.passes) {
    for (mlir::Operation* op : pass) {
      roots.push_back(op->getOperand(0));
      if (typeOf(roots.back()).getShape() != type.getShape() || reducedAxes(op) != axes)
        throw InternalError("lower-cpu: a fusion's reductions are not over the same axes of one shape");
    }
  }
  for (Value result : yielded(fusion))
    if (typeOf(result).getNumElements() == type.getNumElements()) roots.push_back(result);
  s.groups = iterationGroups(roots, type.getShape(), axes);
  for (IterationGroup& group : s.groups) group.tile = 1;
  s.lanesFold = s.last().isReduced;
  if (!s.lanesFold && (s.passes.size() > 1 || roots.size() > s.passes[0].size()))
    throw InternalError("lower-cpu: a fusion goes back from reduced leading axes to the whole shape");
  s.lanes = lanesFor(s.last().extent, target);
  s.fma = target.fma;
  chooseVectors(s, target);
  chooseKept(s, fusion, type.getNumElements());
  s.units = s.blocks;
  for (const IterationGroup& group : s.lanesFold ? llvm::ArrayRef(s.groups) : llvm::ArrayRef(s.groups).drop_back())
    if (!group.isReduced) s.units *= group.extent;
  double time = nanosecondsPerElement(fusion) * static_cast<double>(type.getNumElements() * s.passes.size());
  s.chunks = chunkCount(time, s.units);
  return s;
}

}  // namespace stator::cpu
