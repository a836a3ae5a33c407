// One kernel's IR and assembly.
#include "compiler/pipeline/dump_kernels.h"

#include "compiler/cpu/emit_object.h"
#include "compiler/cpu/kernel_facts.h"
#include "compiler/pipeline/phases.h"
#include "llvm/Support/raw_ostream.h"
#include "runtime/error.h"
#include "runtime/text.h"

namespace stator {

static llvm::GlobPattern globOf(llvm::StringRef pattern) {
  auto glob = llvm::GlobPattern::create(pattern);
  if (!glob)
    throw UserError(concat("compile: '", pattern.str(), "' is no kernel's name: ", llvm::toString(glob.takeError())));
  return std::move(*glob);
}

KernelDump::KernelDump(llvm::StringRef pattern) : pattern_(pattern), glob_(globOf(pattern_)) {}

void KernelDump::print(const cpu::KernelFunction& kernel) {
  const KernelFacts& facts = kernel.facts;
  llvm::StringRef name = facts.name;
  all_.push_back(name.rsplit('.').second.str());
  if (!glob_.match(name) && !glob_.match(all_.back())) return;
  matching_.push_back(facts.name);
  ir::FusionOp fusion = kernel.fusion;
  llvm::outs() << "// " << name << ": " << facts.form << ", " << facts.operations
               << "; layers: " << cpu::layersOf(fusion) << "; " << kernel.chunks
               << (kernel.chunks == 1 ? " chunk, " : " chunks, ") << facts.flops << " FLOP, " << facts.bytes
               << " bytes\n";
  fusion->print(llvm::outs());
  llvm::outs() << "\n";
  mlir::func::FuncOp(kernel.function)->print(llvm::outs(), mlir::OpPrintingFlags().useLocalScope());
  llvm::outs() << "\n";
}

void KernelDump::printAssembly(mlir::ModuleOp module, const cpu::Target& target) const {
  if (matching_.empty())
    throw UserError(concat("compile: no phase and no kernel is called '", pattern_, "'; the kernels are ", joined(all_),
                           "; the phases are ", phaseNames(false)));
  for (const std::string& name : matching_)
    llvm::outs() << "// " << name << "\n" << cpu::emitText(module, target, cpu::Text::assembly, name);
}

}  // namespace stator
