// The way through all phases: takes a program's graph, gives an executable, from the cache where it was made before.
#include "compiler/interface/compile.h"

#include <algorithm>

#include "compiler/kernels/measure_peak.h"
#include "compiler/pipeline/build_id.h"
#include "compiler/pipeline/compiled_program.h"
#include "compiler/pipeline/graph_text.h"
#include "compiler/pipeline/indexed_rows.h"
#include "compiler/pipeline/phases.h"
#include "compiler/pipeline/run_phases.h"
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
      throw UserError(concat("compile: phase '", name, "' improves nothing that could be left out; these do: ", phaseNames(true)));
  }
}

/// The program with the functions that were asked for.
ProgramGraph selected(const ProgramGraph& program, const std::vector<std::string>& names) {
  ProgramGraph some{program.slots, {}};
  for (const Function& function : program.functions)
    if (names.empty() || std::find(names.begin(), names.end(), function.name.view()) != names.end())
      some.functions.push_back(function);
  for (const std::string& name : names) {
    const bool known = std::any_of(some.functions.begin(), some.functions.end(),
                                   [&](const Function& function) { return function.name == std::string_view(name); });
    if (!known) throw UserError(concat("compile: the program has no function '", name, "'"));
  }
  return some;
}

/// All that the machine code depends on.
std::string cache_key(const ProgramGraph& program, const std::vector<Binding>& bindings, const cpu::Target& target,
                      const CompileOptions& options) {
  std::string key = concat("build ", build_id, "\ntarget ", target.name, "\nwithout ", joined(options.disabled_phases));
  for (const Binding& binding : bindings) key += concat("\n", symbol::name_of(binding.symbol), " = ", binding.number);
  return key + "\n" + graph_text(program);
}

TensorFacts bound(const TensorSpec& spec, const std::vector<Binding>& bindings) {
  TensorFacts facts{spec.dtype, {}, {}, spec.classes};
  for (int axis = 0; axis < spec.rank(); ++axis) {
    const Extent& extent = spec.extents[axis];
    int64_t number = extent.number;
    for (Symbol s : extent.symbols)
      for (const Binding& binding : bindings)
        if (s != symbol::none && binding.symbol == s) number *= binding.number;
    const bool one_symbol = extent.number == 1 && extent.symbols[1] == symbol::none;
    facts.extents.push_back(number);
    facts.symbols.push_back(one_symbol ? extent.symbols[0] : symbol::none);
  }
  return facts;
}

/// Adds what the graph alone knows: symbols, label classes, defaults of arguments.
void complete(CompiledFunction& compiled, const Function& function, const std::vector<Binding>& bindings) {
  compiled.inputs.clear();
  compiled.results.clear();
  for (const TensorSpec& input : function.inputs) compiled.inputs.push_back(bound(input, bindings));
  const std::vector<long> rows = indexed_rows(function);
  for (size_t i = 0; i < rows.size(); ++i)
    if (int64_t& classes = compiled.inputs[i].classes; rows[i] != 0 && (classes == 0 || rows[i] < classes))
      classes = rows[i];
  for (int result : function.graph.results)
    compiled.results.push_back(bound(function.graph.nodes[result].spec, bindings));
  for (ArgumentFacts& argument : compiled.arguments) {
    for (size_t i = 0; i < function.arguments.size(); ++i)
      if (function.arguments[i] == std::string_view(argument.name)) argument.default_value = function.defaults[i];
    for (const Binding& binding : bindings)
      if (argument.name == std::string("valid.").append(symbol::name_of(binding.symbol)))
        argument.default_value = static_cast<double>(binding.number);
  }
}

}  // namespace

std::shared_ptr<const Executable> compile(const ProgramGraph& given, const std::vector<Binding>& bindings,
                                          const CompileOptions& options) {
  check_phases(options);
  const cpu::Target target = cpu::resolveTarget(options.target);
  const ProgramGraph program = selected(given, options.functions);
  const KernelCache cache(options.cache, options.cache_bytes);
  const std::string key = cache_key(program, bindings, target, options);
  const bool profiled = options.profile != nullptr;
  if (profiled && !options.profile->peak())
    options.profile->set_peak(kernels::measurePeak(target, threads_or_all(options.threads)));
  if (options.dump.empty()) {
    if (const auto bytes = cache.find(key)) {
      if (auto compiled = from_bytes({bytes->data(), bytes->size()})) {
        auto executable = load(std::move(*compiled), profiled);
        executable->from_cache = true;
        return executable;
      }
    }
  }
  std::vector<PhaseTime> times;
  CompiledProgram compiled = runPhases(program, bindings, target, options, times);
  for (CompiledFunction& function : compiled.functions)
    for (const Function& source : program.functions)
      if (source.name == std::string_view(function.name)) complete(function, source, bindings);
  cache.store(key, to_bytes(compiled));
  auto executable = load(std::move(compiled), profiled);
  executable->phase_times = std::move(times);
  return executable;
}

}  // namespace stator
