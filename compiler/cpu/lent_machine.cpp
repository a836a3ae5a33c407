// Target machines that wait for their next module.
#include "compiler/cpu/lent_machine.h"

#include <mutex>
#include <vector>

#include "compiler/cpu/run_optimiser.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include "runtime/error.h"

namespace stator::cpu {
namespace {

struct Waiting {
  std::mutex mutex;
  std::vector<std::unique_ptr<llvm::TargetMachine>> machines;
};

Waiting& waiting() {
  static Waiting all;
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

/// Null where none waits for this target.
std::unique_ptr<llvm::TargetMachine> takeMachine(const Target& target) {
  const std::lock_guard lock(waiting().mutex);
  auto& machines = waiting().machines;
  auto found = llvm::find_if(machines, [&](const auto& each) { return isFor(*each, target); });
  if (found == machines.end()) return nullptr;
  std::unique_ptr<llvm::TargetMachine> machine = std::move(*found);
  machines.erase(found);
  return machine;
}

}  // namespace

LentMachine::LentMachine(const Target& target) : machine_(takeMachine(target)) {
  if (!machine_) machine_ = makeMachine(target);
}

LentMachine::~LentMachine() {
  const std::lock_guard lock(waiting().mutex);
  waiting().machines.push_back(std::move(machine_));
}

}  // namespace stator::cpu
