// How far `recompute` must go for a budget.
#include "compiler/pipeline/memory_budget.h"

#include "compiler/cpu/kernel_facts.h"
#include "compiler/cpu/lower_cpu.h"
#include "compiler/memory/widest_values.h"
#include "compiler/pipeline/passes.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassManager.h"
#include "runtime/error.h"
#include "runtime/text.h"

namespace stator {

namespace {

constexpr int mostTrials = 8;
constexpr size_t mostNamed = 6;  ///< values in an error

/// The largest arena that came of one trial.
struct Trial {
  int64_t arena_bytes = -1;
  std::string function, widest;
};

/// `matmul, gelu of h.0.mlp`.
std::string describe(mlir::Operation* op) {
  auto fusion = llvm::dyn_cast_or_null<ir::FusionOp>(op);
  if (!fusion) return "a loop";
  const std::string layers = cpu::layersOf(fusion), operations = cpu::factsOf(fusion).operations;
  return layers.empty() ? operations : concat(operations, " of ", layers);
}

std::string describeWidest(mlir::func::FuncOp function) {
  std::vector<std::string> values;
  for (const memory::WidestValue& value : memory::widestValues(function)) {
    if (values.size() == mostNamed) break;
    values.push_back(concat(value.size_bytes, " bytes of '", describe(value.maker), "'"));
  }
  return concat("at '", describe(memory::widestMoment(function)), "', with ", joined(values));
}

Trial tryOut(int64_t live_bytes, mlir::ModuleOp prepared, const cpu::Target& target,
             const std::function<bool(Phase)>& optimizes) {
  mlir::OwningOpRef<mlir::ModuleOp> module = prepared.clone();
  mlir::PassManager passes(module->getContext(), "builtin.module", mlir::OpPassManager::Nesting::Implicit);
  passes.enableVerifier(false);
  for (PhasePass& next : passesFromRecompute(optimizes, live_bytes)) passes.addPass(std::move(next.pass));
  if (failed(passes.run(*module))) throw InternalError("recompute: a trial for the memory budget failed");
  std::map<std::string, std::string> widest;
  for (auto function : module->getOps<mlir::func::FuncOp>())
    widest[function.getName().str()] = describeWidest(function);
  Trial trial;
  for (const CompiledFunction& function :
       cpu::lowerCpu(*module, target, nullptr, {.joins = false, .entries = true}).functions)
    if (function.arena_bytes > trial.arena_bytes) trial = {function.arena_bytes, function.name, widest[function.name]};
  return trial;
}

}  // namespace

int64_t liveBytesWithin(int64_t budget_bytes, mlir::ModuleOp prepared, const cpu::Target& target,
                        const std::function<bool(Phase)>& optimizes) {
  int64_t live_bytes = budget_bytes;
  Trial least;
  for (int trial = 0; trial < mostTrials; ++trial) {
    Trial found = tryOut(live_bytes, prepared, target, optimizes);
    if (found.arena_bytes <= budget_bytes) return live_bytes;
    if (trial == 0 || found.arena_bytes < least.arena_bytes) least = found;
    if (live_bytes == 1) break;
    live_bytes = std::max<int64_t>(1, live_bytes - (found.arena_bytes - budget_bytes));
  }
  throw UserError(concat("compile: ", least.function, ": memory_budget is ", budget_bytes,
                         " bytes, and its arena takes at least ", least.arena_bytes, ", most of it ", least.widest));
}

}  // namespace stator
