// Target machines that wait for their next module.
#include "compiler/cpu/lent_machine.h"

#include <mutex>

#include "compiler/cpu/run_optimiser.h"
#include "compiler/cpu/waiting.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include "runtime/error.h"

namespace stator::cpu {
namespace {

Waiting<llvm::TargetMachine>& waiting() {
  static Waiting<llvm::TargetMachine> all;
  return all;
}

void initializeTargets() {
  LLVMInitializeX86TargetInfo(), LLVMInitializeAArch64TargetInfo(), LLVMInitializeWebAssemblyTargetInfo();
  LLVMInitializeX86Target(), LLVMInitializeAArch64Target(), LLVMInitializeWebAssemblyTarget();
  LLVMInitializeX86TargetMC(), LLVMInitializeAArch64TargetMC(), LLVMInitializeWebAssemblyTargetMC();
  LLVMInitializeX86AsmPrinter(), LLVMInitializeAArch64AsmPrinter(), LLVMInitializeWebAssemblyAsmPrinter();
  LLVMInitializeX86AsmParser();  // for the inline assembly of compiler/aot/glue
  leaveStrengthReductionToOptimiser();
}

std::unique_ptr<llvm::TargetMachine> makeMachine(const Target& target) {
  static std::once_flag once;
  std::call_once(once, initializeTargets);
  std::string error;
  const llvm::Target* architecture = llvm::TargetRegistry::lookupTarget(target.triple, error);
  if (!architecture) throw InternalError("emit: LLVM has no target for '" + target.triple + "': " + error);
  llvm::TargetOptions options;
  options.AllowFPOpFusion = llvm::FPOpFusion::Fast;
  // A WebAssembly module has its place in memory to itself.
  const bool moves = !llvm::Triple(target.triple).isWasm();
  return std::unique_ptr<llvm::TargetMachine>(architecture->createTargetMachine(
      target.triple, target.cpu, target.features, options, moves ? llvm::Reloc::PIC_ : llvm::Reloc::Static,
      std::nullopt, llvm::CodeGenOptLevel::Default));
}

bool isFor(const llvm::TargetMachine& machine, const Target& target) {
  return machine.getTargetTriple().str() == target.triple && machine.getTargetCPU() == target.cpu &&
         machine.getTargetFeatureString() == target.features;
}

}  // namespace

LentMachine::LentMachine(const Target& target)
    : machine_(waiting().take([&](const llvm::TargetMachine& each) { return isFor(each, target); })) {
  if (!machine_) machine_ = makeMachine(target);
}

LentMachine::~LentMachine() { waiting().give(std::move(machine_)); }

}  // namespace stator::cpu
