// Free bytes between the values that live while a kernel runs.
#include "compiler/cpu/scratch_plan.h"

#include <algorithm>

#include "runtime/arena.h"
#include "runtime/error.h"

namespace stator::cpu {

ScratchPlan::ScratchPlan(mlir::func::FuncOp function) : body_(function.getBody().front()) {
  auto planned = function->getAttrOfType<mlir::IntegerAttr>(memory::arenaBytesAttr);
  if (!planned) throw InternalError("lower-cpu: '" + function.getName().str() + "' has no memory plan");
  arenaBytes_ = planned.getInt();
  for (mlir::Operation& op : body_) moments_[&op] = static_cast<int>(moments_.size());
  for (auto fusion : body_.getOps<ir::FusionOp>()) {
    auto buffers = memory::buffersOf(fusion);
    for (auto [operand, buffer] : llvm::zip(fusion.getInputs(), buffers)) add(operand, buffer);
    for (auto [result, buffer] : llvm::zip(fusion.getResults(), llvm::drop_begin(buffers, fusion.getNumOperands())))
      add(result, buffer);
  }
  std::sort(occupied_.begin(), occupied_.end(), [](auto& a, auto& b) { return a.begin < b.begin; });
}

/// A value lives from the op that makes it to the last that reads it, through any reshapes.
void ScratchPlan::add(mlir::Value value, const memory::Buffer& buffer) {
  mlir::Value whole = ir::withoutReshapes(value);
  if (buffer.base != memory::Base::arena || !known_.insert(whole).second) return;
  int first = moments_.lookup(whole.getDefiningOp()), last = first;
  llvm::SmallVector<mlir::Value> views{whole};
  while (!views.empty())
    for (mlir::Operation* user : views.pop_back_val().getUsers()) {
      last = std::max(last, moments_.lookup(body_.findAncestorOpInBlock(*user)));
      if (llvm::isa<ir::ReshapeOp>(user)) views.push_back(user->getResult(0));
    }
  int64_t begin = buffer.offset_bytes;
  occupied_.push_back({begin, begin + round_up_to_alignment(memory::sizeBytes(whole.getType())), first, last});
}

int64_t ScratchPlan::placeFor(ir::FusionOp kernel, int64_t bytes) const {
  if (kernel->getBlock() != &body_) return arenaBytes_;
  int moment = moments_.lookup(kernel);
  int64_t free = 0;
  for (const Occupied& value : occupied_) {
    if (moment < value.first || value.last < moment) continue;
    if (value.begin - free >= round_up_to_alignment(bytes)) return free;
    free = std::max(free, value.end);
  }
  return free;
}

}  // namespace stator::cpu
