// The phases one after the other, each timed, with the IR printed after the one that was asked for.
#include "compiler/pipeline/run_phases.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <thread>

#include "compiler/cpu/emit_object.h"
#include "compiler/cpu/fusion/brief.h"
#include "compiler/cpu/lower_cpu.h"
#include "compiler/import/import_program.h"
#include "compiler/memory/buffer.h"
#include "compiler/pipeline/dump_kernels.h"
#include "compiler/pipeline/lent_context.h"
#include "compiler/pipeline/memory_budget.h"
#include "compiler/pipeline/passes.h"
#include "compiler/pipeline/phases.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassManager.h"
#include "runtime/error.h"
#include "runtime/state_layout.h"
#include "runtime/text.h"

namespace stator {

namespace {

/// What a program asks for is verified as it is imported; what passes make of it, in builds that check themselves.
#ifdef NDEBUG
constexpr bool verifiesPasses = false;
#else
constexpr bool verifiesPasses = true;
#endif

class Pipeline {
 public:
  Pipeline(const cpu::Target& target, const CompileOptions& options, std::vector<PhaseTime>& times)
      : target_(target), options_(options), times_(times), lent_(options.kernels_only) {
    target_.shortcuts = optimizes(Phase::lower_cpu);
    if (!options.dump.empty() && !phaseNamed(options.dump)) kernelDump_.emplace(options.dump);
  }

  CompiledProgram run(const ProgramGraph& program, const std::vector<Binding>& bindings, const EmitCode& emit) {
    const StateLayout layout = layout_of(program.slots);
    CompiledProgram compiled;
    compiled.state_bytes = layout.total_bytes;
    phase(Phase::import, [&] { import(program, bindings, layout); });
    runPasses();
    phase(Phase::lower_cpu, [&] {
      cpu::LoweredModule lowered =
          cpu::lowerCpu(*module_, target_,
                        [&](const cpu::KernelFunction& kernel) {
                          if (kernelDump_) kernelDump_->print(kernel);
                        },
                        {.joins = optimizes(Phase::lower_cpu), .entries = !options_.kernels_only});
      compiled.functions = std::move(lowered.functions), compiled.kernels = std::move(lowered.kernels);
    });
    phase(Phase::emit, [&] {
      lent_.lowering().run(*module_, target_);
      if (kernelDump_) kernelDump_->printAssembly(*module_, target_);
      if (dumps(Phase::emit)) llvm::outs() << cpu::emitText(*module_, target_, cpu::Text::assembly);
      emit(*module_, compiled);
    });
    return compiled;
  }

 private:
  void import(const ProgramGraph& program, const std::vector<Binding>& bindings, const StateLayout& layout) {
    module_ = ir::importProgram(context_, program, bindings);
    (*module_)->setAttr(memory::slotOffsetsAttr, mlir::DenseI64ArrayAttr::get(&context_, layout.offset_bytes));
    if (options_.kernels_only) (*module_)->setAttr(cpu::briefAttr, mlir::UnitAttr::get(&context_));
  }

  void runPasses() {
    const Precision precision = precisionNamed(options_.precision);
    const auto optimizing = [&](Phase which) { return optimizes(which); };
    for (PhasePass& next : passesToPrepare(optimizing, precision)) pass(next.phase, std::move(next.pass));
    const int64_t budget = options_.memory_budget;
    int64_t live_bytes = 0;
    if (budget > 0)
      timed(Phase::recompute, [&] { live_bytes = liveBytesWithin(budget, *module_, target_, optimizing); });
    for (PhasePass& next : passesFromRecompute(optimizing, live_bytes)) pass(next.phase, std::move(next.pass));
  }

  bool optimizes(Phase which) const {
    const auto& off = options_.disabled_phases;
    return std::find(off.begin(), off.end(), nameOf(which)) == off.end();
  }

  /// Errors: UserError with the pass's own words: what passes refuse is what a program asks of them.
  void pass(Phase which, std::unique_ptr<mlir::Pass> pass) {
    phase(which, [&] {
      std::string said;
      mlir::ScopedDiagnosticHandler handler(&context_, [&](mlir::Diagnostic& diagnostic) {
        if (said.empty()) said = diagnostic.str();
        return mlir::success();
      });
      mlir::PassManager passes(&context_, "builtin.module", mlir::OpPassManager::Nesting::Implicit);
      passes.enableVerifier(verifiesPasses);
      passes.addPass(std::move(pass));
      if (failed(passes.run(*module_))) throw UserError(concat(nameOf(which), ": ", said));
    });
  }

  bool dumps(Phase which) const { return options_.dump == nameOf(which); }

  void timed(Phase which, llvm::function_ref<void()> work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    const std::chrono::duration<double, std::milli> taken = std::chrono::steady_clock::now() - start;
    times_.push_back({std::string(nameOf(which)), taken.count()});
  }

  void phase(Phase which, llvm::function_ref<void()> work) {
    timed(which, work);
    if (dumps(which) && which != Phase::emit) module_->print(llvm::outs());
  }

  cpu::Target target_;
  const CompileOptions& options_;
  std::vector<PhaseTime>& times_;
  std::optional<KernelDump> kernelDump_;  // where a kernel's name was given, and no phase's
  LentContext lent_;
  mlir::MLIRContext& context_ = lent_.get();
  mlir::OwningOpRef<mlir::ModuleOp> module_;
};

}  // namespace

CompiledProgram runPhases(const ProgramGraph& program, const std::vector<Binding>& bindings, const cpu::Target& target,
                          const CompileOptions& options, std::vector<PhaseTime>& times) {
  return runPhases(program, bindings, target, options, times, [&](mlir::ModuleOp module, CompiledProgram& compiled) {
    const unsigned threads = std::max(1u, std::thread::hardware_concurrency());
    compiled.objects = cpu::emitObjects(module, target, static_cast<int>(threads));
  });
}

CompiledProgram runPhases(const ProgramGraph& program, const std::vector<Binding>& bindings, const cpu::Target& target,
                          const CompileOptions& options, std::vector<PhaseTime>& times, const EmitCode& emit) {
  return Pipeline(target, options, times).run(program, bindings, emit);
}

}  // namespace stator
