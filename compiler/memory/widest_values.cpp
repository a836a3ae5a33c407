// What lies in a planned function's arena while most of it is alive.
#include "compiler/memory/widest_values.h"

namespace stator::memory {
namespace {

/// Whether something at or behind `moment` reads `value`.
bool isReadSince(mlir::Value value, mlir::Operation* moment) {
  return llvm::any_of(value.getUsers(), [&](mlir::Operation* user) {
    if (auto reshape = llvm::dyn_cast<ir::ReshapeOp>(user)) return isReadSince(reshape.getResult(), moment);
    return !user->isBeforeInBlock(moment);
  });
}

/// Where the results of a kernel lie, if in the arena.
llvm::SmallVector<std::pair<mlir::Value, int64_t>> offsetsOf(ir::FusionOp fusion) {
  llvm::SmallVector<std::pair<mlir::Value, int64_t>> offsets;
  llvm::SmallVector<Buffer> buffers = buffersOf(fusion);
  for (auto [i, result] : llvm::enumerate(fusion.getResults()))
    if (const Buffer& buffer = buffers[fusion.getNumOperands() + i]; buffer.base == Base::arena)
      offsets.push_back({result, buffer.offset_bytes});
  return offsets;
}

}  // namespace

mlir::Operation* widestMoment(mlir::func::FuncOp function) {
  mlir::Operation* widest = nullptr;
  function.walk([&](ir::FusionOp fusion) {
    if (fusion->hasAttr(widestAttr)) widest = fusion;
  });
  while (widest && widest->getParentOp() != function) widest = widest->getParentOp();
  return widest;
}

llvm::SmallVector<WidestValue> widestValues(mlir::func::FuncOp function) {
  mlir::Operation* moment = widestMoment(function);
  llvm::SmallVector<WidestValue> values;
  llvm::DenseSet<int64_t> taken;
  for (mlir::Operation& op : function.getBody().front()) {
    if (!moment || moment->isBeforeInBlock(&op)) break;
    auto fusion = llvm::dyn_cast<ir::FusionOp>(op);
    if (!fusion) continue;
    for (auto [value, offset] : offsetsOf(fusion))
      if ((&op == moment || isReadSince(value, moment)) && taken.insert(offset).second)
        values.push_back({fusion, sizeBytes(value.getType())});
  }
  llvm::stable_sort(values, [](const auto& a, const auto& b) { return a.size_bytes > b.size_bytes; });
  return values;
}

}  // namespace stator::memory
