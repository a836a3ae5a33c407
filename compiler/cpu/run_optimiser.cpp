// LLVM's optimiser on a module whose emitters have vectorised and unrolled already.
#include "compiler/cpu/run_optimiser.h"

#include "llvm/Analysis/LoopInfo.h"
#include "llvm/IR/Module.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/Transforms/Scalar/LoopPassManager.h"
#include "llvm/Transforms/Scalar/LoopStrengthReduce.h"
#include "runtime/error.h"

namespace stator::cpu {
namespace {

/// What this pass takes grows with the square of the addresses.
constexpr int64_t mostAddresses = 16;

int64_t addressesIn(const llvm::Loop& loop) {
  int64_t count = 0;
  for (const llvm::BasicBlock* block : loop.blocks())
    count += llvm::count_if(*block, [](const llvm::Instruction& each) { return each.mayReadOrWriteMemory(); });
  return count;
}

struct ReduceStrengthOfShortLoops : llvm::PassInfoMixin<ReduceStrengthOfShortLoops> {
  llvm::PreservedAnalyses run(llvm::Loop& loop, llvm::LoopAnalysisManager& analyses,
                              llvm::LoopStandardAnalysisResults& results, llvm::LPMUpdater& updater) {
    if (addressesIn(loop) > mostAddresses) return llvm::PreservedAnalyses::all();
    return llvm::LoopStrengthReducePass().run(loop, analyses, results, updater);
  }
};

}  // namespace

void runOptimiser(llvm::Module& module, llvm::TargetMachine& machine) {
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager graphs;
  llvm::ModuleAnalysisManager modules;
  llvm::PipelineTuningOptions tuning;
  tuning.LoopUnrolling = false;
  tuning.LoopInterleaving = false;
  tuning.SLPVectorization = false;
  llvm::PassBuilder builder(&machine, tuning);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(graphs);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, graphs, modules);
  llvm::ModulePassManager passes = builder.buildPerModuleDefaultPipeline(llvm::OptimizationLevel::O2);
  passes.addPass(
      llvm::createModuleToFunctionPassAdaptor(llvm::createFunctionToLoopPassAdaptor(ReduceStrengthOfShortLoops())));
  passes.run(module, modules);
}

void leaveStrengthReductionToOptimiser() {
  llvm::cl::Option* option = llvm::cl::getRegisteredOptions().lookup("disable-lsr");
  if (!option || option->addOccurrence(0, option->ArgStr, "true"))
    throw InternalError("emit: LLVM's code generator has no switch for strength reduction");
}

}  // namespace stator::cpu
