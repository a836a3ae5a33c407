// The kernel of a fusion, by its kind.
#include "compiler/cpu/fusion/kernel.h"

#include "runtime/error.h"

namespace stator::cpu {

FusionKernel planKernel(ir::FusionOp fusion, const Target& target) {
  llvm::StringRef kind = fusion.getKind();
  for (auto op : fusion.getBody().getOps<ir::WinogradWeightOp>()) return planWinogradWeight(fusion, op, target);
  if (kind == "contraction") return planContraction(fusion, target);
  if (kind == "map" || kind == "window") return planMap(fusion, target);
  if (kind == "scatter") return planScatter(fusion, target);
  if (kind == "attention") return planAttention(fusion, target);
  if (kind == "reduce" || kind == "row") return planReduction(fusion, target);
  throw InternalError("lower-cpu: a fusion has the unknown kind '" + kind.str() + "'");
}

RegionValues bindArguments(ir::FusionOp fusion, ValueRange inputs) {
  RegionValues values;
  for (auto [argument, buffer] : llvm::zip_equal(fusion.getBody().front().getArguments(), inputs))
    values.buffers[argument] = buffer;
  return values;
}

mlir::OperandRange yielded(ir::FusionOp fusion) { return fusion.getBody().front().getTerminator()->getOperands(); }

}  // namespace stator::cpu
