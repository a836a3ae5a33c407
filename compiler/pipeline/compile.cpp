// The way through all phases: takes a program's graph, gives an executable, from the cache where it was made before.
#include "compiler/interface/compile.h"

#include <algorithm>

#include "compiler/cpu/bfloat16_products.h"
#include "compiler/graph_file/graph_text.h"
#include "compiler/kernels/measure_peak.h"
#include "compiler/pipeline/build_id.h"
#include "compiler/pipeline/compiled_program.h"
#include "compiler/pipeline/function_facts.h"
#include "compiler/pipeline/phases.h"
#include "compiler/pipeline/run_phases.h"
#include "compiler/precision/precision.h"
#include "runtime/error.h"
#include "runtime/kernel_cache.h"
#include "runtime/text.h"
#include "runtime/thread_pool.h"

namespace stator {

namespace {

void check_phases(const CompileOptions& options) {
  for (const std::string& name : options.disabled_phases) {
    const auto phase = phaseNamed(name);
    if (!phase || !factsOf(*phase).optional)
      throw UserError(
          concat("compile: phase '", name, "' improves nothing that could be left out; these do: ", phaseNames(true)));
  }
}

/// Errors: UserError for an unknown target, precision or kind of products, or one that this host lacks.
cpu::Target target_of(const CompileOptions& options) {
  const cpu::Target plain = cpu::resolveTarget(options.target);
  const cpu::Target products = cpu::withProducts(plain, options.bf16_products, options.target == "native");
  return precisionNamed(options.precision) == Precision::bf16 ? products : plain;
}

void check_budget(const CompileOptions& options) {
  if (options.memory_budget < 0)
    throw UserError(
        concat("compile: memory_budget is ", options.memory_budget, ", which is below 0 bytes (no budget)"));
}

/// All that the machine code depends on.
std::string cache_key(const ProgramGraph& program, const std::vector<Binding>& bindings, const cpu::Target& target,
                      const CompileOptions& options) {
  std::string key = concat("build ", build_id, "\ntarget ", target.name, "\nwithout ", joined(options.disabled_phases),
                           "\nprecision ", options.precision, "\nmemory budget ", options.memory_budget);
  for (const Binding& binding : bindings) key += concat("\n", symbol::name_of(binding.symbol), " = ", binding.number);
  if (options.kernels_only) key += "\nkernels only";
  return key + "\n" + graph_text(program);
}

}  // namespace

std::string name_of_target(const std::string& target) { return cpu::resolveTarget(target).name; }

std::shared_ptr<const Executable> compile(const ProgramGraph& given, const std::vector<Binding>& bindings,
                                          const CompileOptions& options) {
  check_phases(options);
  check_budget(options);
  const cpu::Target target = target_of(options);
  const ProgramGraph program = functions_named(given, options.functions);
  const KernelCache cache(options.cache, options.cache_bytes);
  const std::string key = cache_key(program, bindings, target, options);
  const bool profiled = options.profile != nullptr;
  const Contents contents = options.kernels_only ? Contents::kernels : profiled ? Contents::both : Contents::entries;
  if (profiled && !options.profile->peak())
    options.profile->set_peak(kernels::measurePeak(target, threads_or_all(options.threads)));
  if (options.dump.empty()) {
    if (const auto bytes = cache.find(key)) {
      if (auto compiled = from_bytes({bytes->data(), bytes->size()})) {
        auto executable = load(std::move(*compiled), contents);
        executable->from_cache = true;
        return executable;
      }
    }
  }
  std::vector<PhaseTime> times;
  CompiledProgram compiled = runPhases(program, bindings, target, options, times);
  complete_facts(compiled.functions, program, bindings);
  cache.store(key, to_bytes(compiled));
  auto executable = load(std::move(compiled), contents);
  executable->phase_times = std::move(times);
  return executable;
}

}  // namespace stator
