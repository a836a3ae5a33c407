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

Value shareOf(const IndexBuilder& ix, Value index, int64_t total, int64_t parts) {
  if (total % parts == 0) return ix.multiply(index, total / parts);
  return ix.divide(ix.multiply(index, total), parts);
}

void forShare(const IndexBuilder& ix, Value part, int64_t total, int64_t parts,
              llvm::function_ref<void(Value index)> body) {
  if (parts == total) return body(total == 1 ? ix.constant(0) : part);
  if (parts == 1) return ix.loop(total, body);
  ix.loop(shareOf(ix, part, total, parts), shareOf(ix, ix.add(part, 1), total, parts), body);
}

}  // namespace stator::cpu
