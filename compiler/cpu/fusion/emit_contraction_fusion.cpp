// A contraction with its epilogue: each finished vector goes through the elementwise ops that follow, then is stored.
#include <algorithm>

#include "compiler/cpu/fusion/brief.h"
#include "compiler/cpu/fusion/buffer_access.h"
#include "compiler/cpu/fusion/contraction_form.h"
#include "compiler/cpu/fusion/kernel.h"
#include "compiler/ir/tensor_type.h"
#include "compiler/kernels/emit_contraction.h"
#include "compiler/memory/buffer.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/BuiltinOps.h"

namespace stator::cpu {
namespace {

using kernels::ContractionSchedule;

constexpr int64_t farBytes = 512 << 10;     ///< of a tensor that no cache holds from the step before
constexpr int64_t farStateBytes = 4 << 20;  ///< of all slots: then none of them is in a cache
constexpr int64_t farSlotBytes = 32 << 10;  ///< of a slot that is worth asking for ahead

/// The bytes beyond which what a kernel reads element by element is far.
int64_t bytesThatAreFar(ir::FusionOp fusion) {
  auto module = fusion->getParentOfType<mlir::ModuleOp>();
  auto offsets = module ? module->getAttrOfType<mlir::DenseI64ArrayAttr>(memory::slotOffsetsAttr) : nullptr;
  bool isFarState = offsets && !offsets.empty() && offsets.asArrayRef().back() >= farStateBytes;
  return isFarState ? farSlotBytes : farBytes;
}

class ContractionEmitter {
 public:
  ContractionEmitter(ir::FusionOp fusion, const FusedContraction& fused, const ContractionSchedule& schedule,
                     const Target& target, const KernelArguments& arguments)
      : fused_(fused),
        schedule_(schedule),
        target_(target),
        arguments_(arguments),
        values_(bindArguments(fusion, arguments.inputs)),
        results_(yielded(fusion)) {
    findAhead(fusion);
  }

  void run(const IndexBuilder& ix) {
    auto store = [&](mlir::OpBuilder& builder, mlir::Location location, ValueRange outer, ValueRange rows, Value column,
                     Value vector, Value mask) {
      Values loops(outer);
      loops.append(rows.begin(), rows.end());
      loops.push_back(column);
      finish(IndexBuilder{builder, location}, loops, vector, mask);
    };
    auto announce = [&](mlir::OpBuilder& builder, mlir::Location location, ValueRange outer, ValueRange rows,
                        Value column) {
      Values loops(outer);
      loops.append(rows.begin(), rows.end());
      loops.push_back(column);
      prefetch(IndexBuilder{builder, location}, loops);
    };
    kernels::AnnounceFn announcing = announce;
    kernels::emitContraction(ix.builder, ix.location, fused_.form, schedule_, target_, values_.buffers[fused_.a],
                             values_.buffers[fused_.b], arguments_.scratch, arguments_.chunk, store,
                             ahead_.empty() ? nullptr : announcing);
  }

 private:
  /// What the epilogue reads element by element, where it is too large for a cache to hold it from the step before.
  void findAhead(ir::FusionOp fusion) {
    auto result = llvm::cast<mlir::RankedTensorType>(fused_.result.getType());
    if (result.getNumElements() * result.getElementTypeBitWidth() / 8 < bytesThatAreFar(fusion)) return;
    for (mlir::BlockArgument argument : fusion.getBody().getArguments())
      if (argument != fused_.a && argument != fused_.b &&
          llvm::cast<mlir::RankedTensorType>(argument.getType()).getNumElements() == result.getNumElements())
        ahead_.push_back(values_.buffers[argument]);
  }

  void prefetch(const IndexBuilder& ix, const Values& loops) {
    IndexMath math{ix, schedule_.lanes};
    Value first = math.start(math.linearize(indexOf(loops).groups));
    for (Value buffer : ahead_)
      ix.builder.create<mlir::memref::PrefetchOp>(ix.location, buffer, ValueRange{first}, /*isWrite=*/false,
                                                  /*localityHint=*/3, /*isDataCache=*/true);
  }

  int64_t extentOf(int loop) const {
    int outer = static_cast<int>(fused_.form.outer.size()), rows = static_cast<int>(fused_.form.rows.size());
    if (loop < outer) return fused_.form.outer[loop].extent;
    return loop < outer + rows ? fused_.form.rows[loop - outer].extent : fused_.form.columns.extent;
  }

  /// The lanes of the result that begin at these loops' indices.
  TensorIndex indexOf(const Values& loops) const {
    int columns = static_cast<int>(loops.size()) - 1;
    TensorIndex index;
    for (int loop : fused_.resultLoops) {
      LaneIndex at{loops[loop], 1, 0, loop == columns, 1, {}};
      if (auto constant = mlir::getConstantIntValue(loops[loop])) at.base = {}, at.offset = *constant;
      index.groups.push_back({extentOf(loop), at});
    }
    return index;
  }

  void finish(const IndexBuilder& ix, const Values& loops, Value vector, Value mask) {
    TensorIndex index = indexOf(loops);
    index.mask = mask;
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
  Values ahead_;  ///< buffers that the epilogue reads, in the result's order
};

}  // namespace

FusionKernel planContraction(ir::FusionOp fusion, const Target& target) {
  for (auto op : fusion.getBody().getOps<ir::WinogradConvolutionOp>()) return planWinograd(fusion, op, target);
  FusedContraction fused = contractionOf(fusion);
  if (!target.shortcuts) fused.form.halo.reset();
  ContractionSchedule schedule = scheduleFor(fusion, fused.form, target);
  FusionKernel kernel;
  kernel.chunks = schedule.chunks;
  kernel.scratchElement = ir::elementType(fusion.getContext(), fused.form.element);
  kernel.scratchOnStack = schedule.chunkScratchElements() * storageBytes(kernel.scratchElement) <= mostOnStack;
  kernel.scratchElements = kernel.scratchOnStack ? schedule.chunkScratchElements() : schedule.scratchElements();
  kernel.emit = [=](const IndexBuilder& ix, const KernelArguments& arguments) {
    ContractionEmitter(fusion, fused, schedule, target, arguments).run(ix);
  };
  return kernel;
}

}  // namespace stator::cpu
