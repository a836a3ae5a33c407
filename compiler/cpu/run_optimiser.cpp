// LLVM's optimiser: a short list of passes for kernels, whose emitters have done the rest, and its own for other code.
#include "compiler/cpu/run_optimiser.h"

#include "llvm/Analysis/LoopInfo.h"
#include "llvm/IR/Module.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/Transforms/IPO/GlobalDCE.h"
#include "llvm/Transforms/InstCombine/InstCombine.h"
#include "llvm/Transforms/Scalar/EarlyCSE.h"
#include "llvm/Transforms/Scalar/IndVarSimplify.h"
#include "llvm/Transforms/Scalar/LICM.h"
#include "llvm/Transforms/Scalar/LoopIdiomRecognize.h"
#include "llvm/Transforms/Scalar/LoopPassManager.h"
#include "llvm/Transforms/Scalar/LoopRotation.h"
#include "llvm/Transforms/Scalar/LoopStrengthReduce.h"
#include "llvm/Transforms/Scalar/Reassociate.h"
#include "llvm/Transforms/Scalar/SimplifyCFG.h"
#include "runtime/error.h"

namespace stator::cpu {
namespace {

/// Loops with more than this have sums in registers, or are unrolled: their emitters chose the addresses, and what
/// strength reduction takes grows with the square of either.
constexpr int64_t mostAddresses = 16, mostCarried = 8;

int64_t addressesIn(const llvm::Loop& loop) {
  int64_t count = 0;
  for (const llvm::BasicBlock* block : loop.blocks())
    count += llvm::count_if(*block, [](const llvm::Instruction& each) { return each.mayReadOrWriteMemory(); });
  return count;
}

int64_t carriedBy(const llvm::Loop& loop) {
  return std::distance(loop.getHeader()->phis().begin(), loop.getHeader()->phis().end());
}

struct ReduceStrengthOfShortLoops : llvm::PassInfoMixin<ReduceStrengthOfShortLoops> {
  llvm::PreservedAnalyses run(llvm::Loop& loop, llvm::LoopAnalysisManager& analyses,
                              llvm::LoopStandardAnalysisResults& results, llvm::LPMUpdater& updater) {
    if (addressesIn(loop) > mostAddresses || carriedBy(loop) > mostCarried) return llvm::PreservedAnalyses::all();
    return llvm::LoopStrengthReducePass().run(loop, analyses, results, updater);
  }
};

/// What is left to do for kernels, whose emitters have inlined, vectorised and unrolled: addresses, and what branches
/// and loops share. LLVM's own list takes three times as long and makes the same code of them.
llvm::FunctionPassManager kernelPasses() {
  using namespace llvm;
  const InstCombineOptions once = InstCombineOptions().setMaxIterations(1).setVerifyFixpoint(false);
  FunctionPassManager passes;
  passes.addPass(InstCombinePass(once));
  passes.addPass(SimplifyCFGPass());
  passes.addPass(EarlyCSEPass(/*UseMemorySSA=*/true));
  passes.addPass(InstCombinePass(once));
  passes.addPass(ReassociatePass());
  LoopPassManager rotate;
  rotate.addPass(LICMPass(LICMOptions()));
  rotate.addPass(LoopRotatePass());
  rotate.addPass(LICMPass(LICMOptions()));
  passes.addPass(createFunctionToLoopPassAdaptor(std::move(rotate), /*UseMemorySSA=*/true));
  passes.addPass(InstCombinePass(once));
  LoopPassManager counters;
  counters.addPass(LoopIdiomRecognizePass());
  counters.addPass(IndVarSimplifyPass());
  passes.addPass(createFunctionToLoopPassAdaptor(std::move(counters)));
  passes.addPass(SimplifyCFGPass(SimplifyCFGOptions().hoistCommonInsts(true).sinkCommonInsts(true)));
  passes.addPass(createFunctionToLoopPassAdaptor(ReduceStrengthOfShortLoops()));
  return passes;
}

llvm::ModulePassManager passesFor(Origin origin, llvm::PassBuilder& builder) {
  if (origin == Origin::elsewhere) return builder.buildPerModuleDefaultPipeline(llvm::OptimizationLevel::O2);
  llvm::ModulePassManager passes;
  passes.addPass(llvm::createModuleToFunctionPassAdaptor(kernelPasses()));
  passes.addPass(llvm::GlobalDCEPass());
  return passes;
}

}  // namespace

void runOptimiser(llvm::Module& module, llvm::TargetMachine& machine, Origin origin) {
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager graphs;
  llvm::ModuleAnalysisManager modules;
  llvm::PassBuilder builder(&machine);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(graphs);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, graphs, modules);
  passesFor(origin, builder).run(module, modules);
}

void leaveStrengthReductionToOptimiser() {
  llvm::cl::Option* option = llvm::cl::getRegisteredOptions().lookup("disable-lsr");
  if (!option || option->addOccurrence(0, option->ArgStr, "true"))
    throw InternalError("emit: LLVM's code generator has no switch for strength reduction");
}

}  // namespace stator::cpu
