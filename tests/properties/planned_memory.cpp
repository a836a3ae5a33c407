// Reads the plan off the fusions.
#include "tests/properties/planned_memory.h"

#include "compiler/ir/dialect.h"
#include "compiler/memory/buffer.h"
#include "runtime/state_layout.h"
#include "tests/properties/planned_module.h"

namespace stator::tests {

namespace {

using mlir::func::FuncOp;

class PlanReader {
 public:
  PlanReader(FuncOp function, const StateLayout& layout) : function_(function), layout_(layout) {}

  PlannedFunction read() {
    PlannedFunction made;
    made.name = function_.getName().str();
    made.arena_bytes = function_->getAttrOfType<mlir::IntegerAttr>(memory::arenaBytesAttr).getInt();
    int64_t scalars = 0;
    for (mlir::BlockArgument argument : function_.getArguments())
      made.before.push_back(argument_place(argument, scalars));
    for (auto fusion : function_.getOps<ir::FusionOp>()) made.steps.push_back(step_of(fusion));
    for (mlir::OpOperand& operand : function_.getBody().front().getTerminator()->getOpOperands())
      made.after.push_back(result_place(operand));
    return made;
  }

 private:
  Access access(mlir::Value value, const memory::Buffer& buffer) {
    const int64_t bytes = memory::sizeBytes(value.getType());
    mlir::Value whole = ir::withoutReshapes(value);
    const int number = numbers_.try_emplace(whole, static_cast<int>(numbers_.size())).first->second;
    const Place place{static_cast<int>(buffer.base), buffer.index, buffer.offset_bytes, buffer.offset_bytes + bytes};
    return {number, place, buffer.base == memory::Base::arena};
  }
  memory::Buffer slot(int64_t index) const { return {memory::Base::state, 0, layout_.offset_bytes[index]}; }

  Access argument_place(mlir::BlockArgument argument, int64_t& scalars) {
    const unsigned number = argument.getArgNumber();
    if (auto input = function_.getArgAttrOfType<mlir::IntegerAttr>(number, ir::inputAttr))
      return access(argument, {memory::Base::input, input.getInt(), 0});
    if (auto index = function_.getArgAttrOfType<mlir::IntegerAttr>(number, ir::slotAttr))
      return access(argument, slot(index.getInt()));
    return access(argument, {memory::Base::arguments, 0, 8 * scalars++});
  }

  Access result_place(mlir::OpOperand& operand) {
    const unsigned number = operand.getOperandNumber();
    if (auto index = function_.getResultAttrOfType<mlir::IntegerAttr>(number, ir::updateAttr))
      return access(operand.get(), slot(index.getInt()));
    const auto result = function_.getResultAttrOfType<mlir::IntegerAttr>(number, ir::resultAttr);
    return access(operand.get(), {memory::Base::result, result.getInt(), 0});
  }

  Step step_of(ir::FusionOp fusion) {
    Step step;
    const auto buffers = memory::buffersOf(fusion);
    size_t at = 0;
    for (mlir::Value operand : fusion.getInputs()) step.reads.push_back(access(operand, buffers[at++]));
    for (mlir::Value result : fusion.getResults()) step.writes.push_back(access(result, buffers[at++]));
    return step;
  }

  FuncOp function_;
  const StateLayout& layout_;
  llvm::DenseMap<mlir::Value, int> numbers_;
};

}  // namespace

std::vector<PlannedFunction> planned(const ProgramGraph& program, long rows) {
  mlir::DialectRegistry registry;
  registry.insert<mlir::func::FuncDialect, ir::StatorDialect>();
  mlir::MLIRContext context(registry, mlir::MLIRContext::Threading::DISABLED);
  context.loadAllAvailableDialects();
  auto module = planned_module(context, program, rows);
  const StateLayout layout = layout_of(program.slots);
  std::vector<PlannedFunction> functions;
  for (auto function : module->getOps<FuncOp>()) functions.push_back(PlanReader(function, layout).read());
  return functions;
}

}  // namespace stator::tests
