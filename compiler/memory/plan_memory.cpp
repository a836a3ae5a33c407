// A buffer for every tensor between kernels: takes functions of fusions; gives the same with buffers on each.
//
//   %h = stator.fusion kind "map" (%x)       =>   %h = stator.fusion kind "map" (%x) attributes {stator.buffers =
//                                                   [{base = "input", index = 0, ...}, {base = "arena", offset = 64}]}
#include "compiler/memory/plan_memory.h"

#include "compiler/ir/dialect.h"
#include "compiler/memory/block_plan.h"
#include "compiler/memory/update_in_place.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"
#include "runtime/error.h"

namespace stator {
namespace {

using memory::Base;
using memory::Buffer;

/// Buffers of one function, whose kernels are in order.
class MemoryPlan {
 public:
  MemoryPlan(mlir::func::FuncOp function, llvm::ArrayRef<int64_t> slotOffsets, bool reuses)
      : function_(function), slotOffsets_(slotOffsets), reuses_(reuses) {}

  void run() {
    placeArguments();
    placeResults();
    placeInArena();
    function_.walk([&](ir::FusionOp fusion) { annotate(fusion); });
  }

 private:
  int64_t slotOffset(int64_t slot) {
    if (slot >= static_cast<int64_t>(slotOffsets_.size()))
      throw InternalError("plan-memory: slot " + std::to_string(slot) + " has no offset, the module gives " +
                          std::to_string(slotOffsets_.size()));
    return slotOffsets_[slot];
  }

  void placeArguments() {
    int64_t scalars = 0;
    for (mlir::BlockArgument argument : function_.getArguments()) {
      unsigned number = argument.getArgNumber();
      auto input = function_.getArgAttrOfType<mlir::IntegerAttr>(number, ir::inputAttr);
      auto slot = function_.getArgAttrOfType<mlir::IntegerAttr>(number, ir::slotAttr);
      if (input) buffers_[argument] = {Base::input, input.getInt(), 0};
      else if (slot) buffers_[argument] = {Base::state, 0, slotOffset(slot.getInt())};
      else buffers_[argument] = {Base::arguments, 0, 8 * scalars++};
    }
  }

  void placeResults() {
    mlir::Operation* last = function_.getBody().front().getTerminator();
    for (mlir::OpOperand& operand : last->getOpOperands()) {
      mlir::Value value = ir::withoutReshapes(operand.get());
      if (buffers_.contains(value)) continue;
      auto slot = function_.getResultAttrOfType<mlir::IntegerAttr>(operand.getOperandNumber(), ir::updateAttr);
      auto result = function_.getResultAttrOfType<mlir::IntegerAttr>(operand.getOperandNumber(), ir::resultAttr);
      if (slot) buffers_[value] = {Base::state, 0, slotOffset(slot.getInt())};
      else buffers_[value] = {Base::result, result ? result.getInt() : int64_t(operand.getOperandNumber()), 0};
    }
  }

  void placeInArena() {
    llvm::DenseSet<mlir::Value> placed;
    for (auto& [value, buffer] : buffers_) placed.insert(value);
    memory::BlockPlan plan(function_.getBody().front(), std::move(placed), reuses_);
    plan.assign(0, buffers_);
    mlir::Builder builder(function_.getContext());
    function_->setAttr(memory::arenaBytesAttr, builder.getI64IntegerAttr(plan.sizeBytes()));
    function_->setAttr(memory::liveBytesAttr, builder.getI64IntegerAttr(plan.liveBytes()));
    if (ir::FusionOp widest = plan.widestKernel()) widest->setAttr(memory::widestAttr, builder.getUnitAttr());
  }

  void annotate(ir::FusionOp fusion) {
    llvm::SmallVector<mlir::Attribute> attributes;
    auto add = [&](mlir::Value value) {
      attributes.push_back(memory::toAttribute(fusion.getContext(), buffers_.lookup(ir::withoutReshapes(value))));
    };
    for (mlir::Value operand : fusion.getInputs()) add(operand);
    for (mlir::Value result : fusion.getResults()) add(result);
    fusion->setAttr(memory::buffersAttr, mlir::ArrayAttr::get(fusion.getContext(), attributes));
  }

  mlir::func::FuncOp function_;
  llvm::ArrayRef<int64_t> slotOffsets_;
  bool reuses_;
  memory::Buffers buffers_;
};

struct PlanMemoryPass : mlir::PassWrapper<PlanMemoryPass, mlir::OperationPass<mlir::ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(PlanMemoryPass)

  explicit PlanMemoryPass(bool reuses) : reuses_(reuses) {}

  llvm::StringRef getArgument() const override { return "plan-memory"; }
  llvm::StringRef getDescription() const override { return "Gives every tensor between kernels a buffer"; }

  void runOnOperation() override {
    auto offsets = getOperation()->getAttrOfType<mlir::DenseI64ArrayAttr>(memory::slotOffsetsAttr);
    for (auto function : getOperation().getOps<mlir::func::FuncOp>()) {
      try {
        memory::orderUpdates(function);
        MemoryPlan(function, offsets ? offsets.asArrayRef() : llvm::ArrayRef<int64_t>(), reuses_).run();
      } catch (const InternalError& error) {
        function.emitError(error.what());
        return signalPassFailure();
      }
    }
  }

 private:
  bool reuses_;
};

}  // namespace

std::unique_ptr<mlir::Pass> createPlanMemoryPass(bool reuses) { return std::make_unique<PlanMemoryPass>(reuses); }

}  // namespace stator
