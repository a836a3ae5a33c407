// A contraction with its epilogue: each finished vector goes through the elementwise ops that follow, then is stored.
#include "compiler/cpu/fusion/buffer_access.h"
#include "compiler/cpu/fusion/contraction_form.h"
#include "compiler/cpu/fusion/kernel.h"
#include "compiler/ir/tensor_type.h"
#include "compiler/kernels/emit_contraction.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

namespace stator::cpu {
namespace {

using kernels::ContractionSchedule;

class ContractionEmitter {
 public:
  ContractionEmitter(ir::FusionOp fusion, const FusedContraction& fused, const ContractionSchedule& schedule,
                     const Target& target, const KernelArguments& arguments)
      : fused_(fused),
        schedule_(schedule),
        target_(target),
        arguments_(arguments),
        values_(bindArguments(fusion, arguments.inputs)),
        results_(yielded(fusion)) {}

  void run(const IndexBuilder& ix) {
    auto store = [&](mlir::OpBuilder& builder, mlir::Location location, ValueRange outer, ValueRange rows, Value column,
                     Value vector, Value mask) {
      Values loops(outer);
      loops.append(rows.begin(), rows.end());
      loops.push_back(column);
      finish(IndexBuilder{builder, location}, loops, vector, mask);
    };
    kernels::emitContraction(ix.builder, ix.location, fused_.form, schedule_, target_, values_.buffers[fused_.a],
                             values_.buffers[fused_.b], arguments_.scratch, arguments_.chunk, store);
  }

 private:
  int64_t extentOf(int loop) const {
    int outer = static_cast<int>(fused_.form.outer.size()), rows = static_cast<int>(fused_.form.rows.size());
    if (loop < outer) return fused_.form.outer[loop].extent;
    return loop < outer + rows ? fused_.form.rows[loop - outer].extent : fused_.form.columns.extent;
  }

  void finish(const IndexBuilder& ix, const Values& loops, Value vector, Value mask) {
    int columns = static_cast<int>(loops.size()) - 1;
    TensorIndex index;
    index.mask = mask;
    for (int loop : fused_.resultLoops) {
      LaneIndex at{loops[loop], 1, 0, loop == columns, 1, {}};
      if (auto constant = mlir::getConstantIntValue(loops[loop])) at.base = {}, at.offset = *constant;
      index.groups.push_back({extentOf(loop), at});
    }
    values_.vectors[fused_.result] = vector;
    Evaluator evaluator(ix, llvm::cast<mlir::VectorType>(vector.getType()).getNumElements(), values_);
    Values computed;
    for (Value result : results_) computed.push_back(evaluator.evaluate(result, index));
    for (auto [result, lanes, output] : llvm::zip_equal(results_, computed, arguments_.outputs)) {
      mlir::Type element = llvm::cast<mlir::RankedTensorType>(result.getType()).getElementType();
      storeLanes(evaluator.math(), lanes, output, element, index);
    }
  }

  const FusedContraction& fused_;
  const ContractionSchedule& schedule_;
  const Target& target_;
  const KernelArguments& arguments_;
  RegionValues values_;
  Values results_;
};

}  // namespace

FusionKernel planContraction(ir::FusionOp fusion, const Target& target) {
  FusedContraction fused = contractionOf(fusion);
  ContractionSchedule schedule = kernels::scheduleContraction(fused.form, target);
  FusionKernel kernel;
  kernel.chunks = schedule.chunks;
  kernel.scratchElements = schedule.scratchElements();
  kernel.scratchElement = ir::elementType(fusion.getContext(), fused.form.element);
  kernel.emit = [=](const IndexBuilder& ix, const KernelArguments& arguments) {
    ContractionEmitter(fusion, fused, schedule, target, arguments).run(ix);
  };
  return kernel;
}

}  // namespace stator::cpu
