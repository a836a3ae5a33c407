// Compiles variants as the JIT compiles a program, each with contexts of its own.
#include "compiler/aot/compile_variants.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <thread>

#include "compiler/cpu/emit_object.h"
#include "compiler/cpu/lower_cpu.h"
#include "compiler/cpu/split_module.h"
#include "compiler/pipeline/function_facts.h"
#include "compiler/pipeline/run_phases.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"

namespace stator::aot {

namespace {

void compile_variant(const ProgramGraph& program, const CompileOptions& how, CompiledVariant& variant) {
  std::vector<PhaseTime> times;
  auto emit = [&](mlir::ModuleOp lowered, CompiledProgram& compiled) {
    std::vector<std::string> entries;
    for (const CompiledFunction& facts : compiled.functions) entries.push_back(cpu::entrySymbol(facts.name));
    llvm::LLVMContext context;
    variant.bitcode = cpu::toBitcode(*cpu::emitOptimised(lowered, variant.target, entries, context));
  };
  CompiledProgram compiled = runPhases(program, variant.bindings, variant.target, how, times, emit);
  complete_facts(compiled.functions, program, variant.bindings);
  variant.functions = std::move(compiled.functions);
}

}  // namespace

std::vector<CompiledVariant> compile_variants(const ProgramGraph& program,
                                              const std::vector<std::vector<Binding>>& choices,
                                              const std::vector<cpu::Target>& targets, const CompileOptions& how) {
  std::vector<CompiledVariant> variants;
  for (const std::vector<Binding>& bindings : choices)
    for (const cpu::Target& target : targets) variants.push_back({bindings, target, {}, {}});
  std::vector<std::exception_ptr> failures(variants.size());
  std::atomic<size_t> next = 0;
  auto work = [&] {
    for (size_t i = next++; i < variants.size(); i = next++) {
      try {
        compile_variant(program, how, variants[i]);
      } catch (...) { failures[i] = std::current_exception(); }
    }
  };
  const size_t cores = std::max(1u, std::thread::hardware_concurrency());
  std::vector<std::thread> workers(how.dump.empty() ? std::min(cores, variants.size()) - 1 : 0);
  for (std::thread& worker : workers) worker = std::thread(work);
  work();
  for (std::thread& worker : workers) worker.join();
  for (const std::exception_ptr& failure : failures)
    if (failure) std::rethrow_exception(failure);
  return variants;
}

}  // namespace stator::aot
