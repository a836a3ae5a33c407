// A program in the phases up to plan-memory.
#include "tests/properties/planned_module.h"

#include "compiler/import/import_program.h"
#include "compiler/memory/buffer.h"
#include "compiler/pipeline/passes.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassManager.h"
#include "runtime/error.h"
#include "runtime/state_layout.h"

namespace stator::tests {

mlir::OwningOpRef<mlir::ModuleOp> planned_module(mlir::MLIRContext& context, const ProgramGraph& program, long rows) {
  auto module = ir::importProgram(context, program, {{symbol::batch, rows}});
  (*module)->setAttr(memory::slotOffsetsAttr,
                     mlir::DenseI64ArrayAttr::get(&context, layout_of(program.slots).offset_bytes));
  mlir::PassManager passes(&context, "builtin.module", mlir::OpPassManager::Nesting::Implicit);
  for (PhasePass& next : passesToPlanMemory()) passes.addPass(std::move(next.pass));
  if (mlir::failed(passes.run(*module))) throw InternalError("a phase up to plan-memory failed");
  return module;
}

}  // namespace stator::tests
