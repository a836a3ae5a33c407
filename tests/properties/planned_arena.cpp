// Lowers a program and forgets the code.
#include "tests/properties/planned_arena.h"

#include "compiler/cpu/lower_cpu.h"
#include "compiler/cpu/lower_to_llvm.h"
#include "compiler/ir/dialect.h"
#include "tests/properties/planned_module.h"

namespace stator::tests {

std::vector<PlannedArena> planned_arenas(const ProgramGraph& program, long rows) {
  mlir::DialectRegistry registry;
  cpu::registerCpuDialects(registry);
  registry.insert<mlir::func::FuncDialect, ir::StatorDialect>();
  mlir::MLIRContext context(registry, mlir::MLIRContext::Threading::DISABLED);
  context.loadAllAvailableDialects();
  auto module = planned_module(context, program, rows);
  std::vector<PlannedArena> arenas;
  for (const CompiledFunction& function : cpu::lowerCpu(*module, cpu::resolveTarget("native")).functions)
    arenas.push_back({function.name, function.arena_bytes, function.live_bytes});
  return arenas;
}

}  // namespace stator::tests
