// Takes a module in the LLVM dialect; gives LLVM IR, optimises it for a target, and gives machine code.
#include "compiler/cpu/emit_object.h"

#include <exception>
#include <thread>

#include "compiler/cpu/lent_machine.h"
#include "compiler/cpu/run_optimiser.h"
#include "compiler/cpu/split_module.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/Target/TargetMachine.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "mlir/Target/LLVMIR/ModuleTranslation.h"
#include "runtime/error.h"

namespace stator::cpu {
namespace {

/// The instruction set stands on each function: that is where LLVM's passes look for it.
void setTarget(llvm::Module& module, const Target& target, const llvm::TargetMachine& machine) {
  module.setDataLayout(machine.createDataLayout());
  module.setTargetTriple(machine.getTargetTriple().str());
  for (llvm::Function& function : module) {
    if (function.isDeclaration()) continue;
    function.addFnAttr("target-cpu", target.cpu);
    function.addFnAttr("tune-cpu", target.tuning);
    function.addFnAttr("target-features", target.features);
    function.addFnAttr("prefer-vector-width", std::to_string(target.vectorBits));
    function.addFnAttr(llvm::Attribute::NoUnwind);
  }
}

std::string generate(llvm::Module& module, llvm::TargetMachine& machine, llvm::CodeGenFileType kind) {
  llvm::SmallVector<char, 0> bytes;
  llvm::raw_svector_ostream stream(bytes);
  llvm::legacy::PassManager passes;
  if (machine.addPassesToEmitFile(passes, stream, nullptr, kind)) throw InternalError("emit: no code generator");
  passes.run(module);
  return std::string(bytes.data(), bytes.size());
}

void optimise(llvm::Module& module, const Target& target, llvm::TargetMachine& machine, Origin origin) {
  setTarget(module, target, machine);
  runOptimiser(module, machine, origin);
}

ObjectBytes compilePart(llvm::Module& module, const Target& target) {
  const LentMachine machine(target);
  optimise(module, target, *machine, Origin::kernels);
  return generate(module, *machine, llvm::CodeGenFileType::ObjectFile);
}

std::unique_ptr<llvm::Module> translate(mlir::ModuleOp module, llvm::LLVMContext& context) {
  auto translated = mlir::translateModuleToLLVMIR(module, context);
  if (!translated) throw InternalError("emit: the module does not translate to LLVM IR");
  return translated;
}

}  // namespace

void optimise(llvm::Module& module, const Target& target) {
  optimise(module, target, *LentMachine(target), Origin::elsewhere);
}

std::unique_ptr<llvm::Module> emitOptimised(mlir::ModuleOp module, const Target& target,
                                            const std::vector<std::string>& entries, llvm::LLVMContext& context) {
  auto translated = translate(module, context);
  for (llvm::Function& function : *translated)
    if (!function.isDeclaration() && !llvm::is_contained(entries, function.getName()))
      function.setLinkage(llvm::GlobalValue::InternalLinkage);
  optimise(*translated, target, *LentMachine(target), Origin::kernels);
  return translated;
}

ObjectBytes generateObject(llvm::Module& module, const Target& target) {
  return generate(module, *LentMachine(target), llvm::CodeGenFileType::ObjectFile);
}

std::string generateText(llvm::Module& module, const Target& target, Text kind) {
  if (kind == Text::assembly) return generate(module, *LentMachine(target), llvm::CodeGenFileType::AssemblyFile);
  std::string text;
  llvm::raw_string_ostream stream(text);
  module.print(stream, nullptr);
  return text;
}

std::vector<ObjectBytes> emitObjects(mlir::ModuleOp module, const Target& target, int threads, unsigned least) {
  llvm::LLVMContext context;
  auto whole = translate(module, context);
  auto parts = partitionFunctions(*whole, threads, least);
  if (parts.size() == 1) return {compilePart(*whole, target)};

  std::string bitcode = toBitcode(*whole);
  std::vector<ObjectBytes> objects(parts.size());
  std::vector<std::exception_ptr> failures(parts.size());
  std::vector<std::thread> workers;
  for (size_t i = 0; i < parts.size(); ++i) {
    workers.emplace_back([&, i] {
      try {
        llvm::LLVMContext own;
        objects[i] = compilePart(*extractPart(bitcode, parts[i], own), target);
      } catch (...) { failures[i] = std::current_exception(); }
    });
  }
  for (std::thread& worker : workers) worker.join();
  for (const std::exception_ptr& failure : failures)
    if (failure) std::rethrow_exception(failure);
  return objects;
}

std::string emitText(mlir::ModuleOp module, const Target& target, Text kind, llvm::StringRef only) {
  llvm::LLVMContext context;
  auto code = translate(module, context);
  if (!only.empty()) {
    llvm::StringSet<> names;
    names.insert(only);
    code = extractPart(toBitcode(*code), names, context);
  }
  optimise(*code, target, *LentMachine(target), Origin::kernels);
  return generateText(*code, target, kind);
}

}  // namespace stator::cpu
