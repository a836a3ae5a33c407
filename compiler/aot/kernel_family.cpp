// Programs are compiled as the JIT compiles them, some at a time; their kernels get names of their own in one module
// for each target.
#include "compiler/aot/kernel_family.h"

#include <algorithm>
#include <exception>
#include <thread>

#include "compiler/aot/constant_tables.h"
#include "compiler/cpu/emit_object.h"
#include "compiler/cpu/lower_cpu.h"
#include "compiler/pipeline/function_facts.h"
#include "compiler/pipeline/run_phases.h"
#include "llvm/IR/Module.h"
#include "llvm/Linker/Linker.h"
#include "runtime/error.h"
#include "runtime/text.h"

namespace stator::aot {

namespace {

/// Programs that are compiled as one: what is the same for every compilation is done once for all of them.
struct Group {
  size_t first, count;
  ProgramGraph program;
};

/// Programs without slots in groups of a few, others by themselves.
std::vector<Group> in_groups(const std::vector<KeyedProgram>& programs) {
  constexpr size_t most = 16;
  std::vector<Group> groups;
  for (size_t i = 0; i < programs.size(); ++i) {
    const ProgramGraph& next = programs[i].program;
    const bool joins =
        !groups.empty() && groups.back().count < most && next.slots.empty() && groups.back().program.slots.empty();
    if (!joins) groups.push_back({i, 0, {}});
    Group& group = groups.back();
    for (const Function& function : next.functions) {
      group.program.functions.push_back(function);
      group.program.functions.back().name = Name(concat(group.count, '.', function.name));
    }
    group.program.slots.insert(group.program.slots.end(), next.slots.begin(), next.slots.end());
    ++group.count;
  }
  return groups;
}

/// A program's functions alone, of those that were compiled with it, and the kernels that they run; `kernels`: their
/// numbers among all. Texts that nobody asks of linked kernels are left out.
CompiledProgram part_of(const CompiledProgram& all, size_t first, size_t count, std::vector<int64_t>& kernels) {
  CompiledProgram part;
  part.state_bytes = all.state_bytes;
  part.functions.assign(all.functions.begin() + static_cast<long>(first),
                        all.functions.begin() + static_cast<long>(first + count));
  for (CompiledFunction& function : part.functions) {
    function.name.clear(), function.widest_kernel.clear();
    for (std::string& layers : function.table.layers) layers.clear();
    for (size_t step = 0; step < function.table.steps.size(); step += StepTable::step_numbers) {
      int64_t& kernel = function.table.steps[step];
      const auto known = std::ranges::find(kernels, kernel);
      if (known == kernels.end()) {
        const KernelFacts& facts = all.kernels[static_cast<size_t>(kernel)];
        part.kernels.push_back({"", "", facts.operations, "", facts.flops, facts.bytes});
        kernels.push_back(kernel);
        kernel = std::ssize(kernels) - 1;
      } else {
        kernel = known - kernels.begin();
      }
    }
  }
  return part;
}

/// The code of a family for one target: of each program its facts, and its kernels' symbols without the target.
struct TargetCode {
  std::vector<std::string> facts;
  std::vector<std::vector<std::string>> kernels;
  std::string object;
  std::exception_ptr failure;
};

class TargetCompiler {
 public:
  TargetCompiler(const cpu::Target& target, const std::string& family)
      : target_(target), family_(family), module_(family, context_), linker_(module_) {}

  TargetCode run(const std::vector<KeyedProgram>& programs, const std::vector<Group>& groups) {
    TargetCode code;
    for (const Group& group : groups) {
      const std::string name = concat(family_, '.', group.first, '.');
      const CompiledProgram all = compile(group.program, name);
      size_t function = 0;
      for (size_t i = group.first; i < group.first + group.count; ++i) {
        std::vector<int64_t> kernels;
        const size_t count = programs[i].program.functions.size();
        code.facts.push_back(to_bytes(part_of(all, function, count, kernels)));
        code.kernels.emplace_back();
        for (int64_t kernel : kernels) code.kernels.back().push_back(concat(name, kernel, '.'));
        function += count;
      }
    }
    code.object = cpu::generateObject(module_, target_);
    return code;
  }

 private:
  CompiledProgram compile(const ProgramGraph& program, const std::string& name) {
    CompileOptions how;
    how.kernels_only = true;
    auto emit = [&](mlir::ModuleOp lowered, CompiledProgram& compiled) {
      std::vector<std::string> names;
      for (const KernelFacts& kernel : compiled.kernels)
        names.push_back(kernel.name), names.push_back(cpu::stepSymbol(kernel.name));
      auto module = cpu::emitOptimised(lowered, target_, names, context_);
      rename(*module, compiled.kernels, name);
      if (linker_.linkInModule(std::move(module))) throw InternalError("aot: LLVM cannot join modules");
    };
    std::vector<PhaseTime> times;
    CompiledProgram compiled = runPhases(program, {}, target_, how, times, emit);
    complete_facts(compiled.functions, program, {});
    return compiled;
  }

  /// Gives kernels their names, and hides all else.
  void rename(llvm::Module& module, const std::vector<KernelFacts>& kernels, const std::string& name) const {
    for (size_t i = 0; i < kernels.size(); ++i) {
      llvm::Function* code = module.getFunction(kernels[i].name);
      code->setLinkage(llvm::GlobalValue::PrivateLinkage);
      code->setName("kernel");
      llvm::Function* step = module.getFunction(cpu::stepSymbol(kernels[i].name));
      step->setName(concat(name, i, '.', target_.name));
      step->setVisibility(llvm::GlobalValue::HiddenVisibility);
    }
  }

  const cpu::Target target_;
  const std::string& family_;
  llvm::LLVMContext context_;
  llvm::Module module_;
  llvm::Linker linker_;
};

/// A kernel of another object; groups' programs share some.
llvm::Function* hidden(llvm::Module& module, const std::string& name) {
  if (llvm::Function* known = module.getFunction(name)) return known;
  auto* type = llvm::FunctionType::get(llvm::Type::getVoidTy(module.getContext()), false);
  auto* function = llvm::Function::Create(type, llvm::GlobalValue::ExternalLinkage, name, module);
  function->setVisibility(llvm::GlobalValue::HiddenVisibility);
  return function;
}

/// The table as constants: runtime/kernel_family.h.
std::string table_of(const std::vector<KeyedProgram>& programs, const std::vector<TargetCode>& codes,
                     const std::vector<std::string>& targets, const std::string& symbol) {
  llvm::LLVMContext context;
  llvm::Module module(symbol, context);
  const ConstantTables constant(module);
  Fields names, members;
  for (const std::string& target : targets) names.push_back(constant.text(target));
  for (size_t i = 0; i < programs.size() && !codes.empty(); ++i) {
    Fields code;
    for (const std::string& target : targets)
      for (const std::string& kernel : codes[0].kernels[i]) code.push_back(hidden(module, kernel + target));
    const std::string& facts = codes[0].facts[i];
    members.insert(members.end(),
                   {constant.numbers(programs[i].key), constant.number(std::ssize(programs[i].key)),
                    constant.bytes(facts, 1, false), constant.number(std::ssize(facts)), constant.table(code)});
  }
  const int64_t count = codes.empty() ? 0 : std::ssize(programs);
  auto* root = llvm::ConstantStruct::getAnon(context, {constant.number(std::ssize(targets)), constant.table(names),
                                                       constant.number(count), constant.table(members)});
  new llvm::GlobalVariable(module, root->getType(), true, llvm::GlobalValue::ExternalLinkage, root, symbol);
  const cpu::Target host = cpu::knownTarget(targets.empty() ? "native" : targets.back());
  cpu::optimise(module, host);
  return cpu::generateObject(module, host);
}

}  // namespace

FamilyObjects compile_family(std::vector<KeyedProgram> programs, const std::vector<std::string>& targets,
                             const std::string& symbol) {
  std::ranges::sort(programs, {}, &KeyedProgram::key);
  if (std::ranges::adjacent_find(programs, {}, &KeyedProgram::key) != programs.end())
    throw InternalError(concat("aot: two programs of '", symbol, "' have one key"));
  const std::vector<Group> groups = in_groups(programs);
  std::vector<TargetCode> codes(targets.size());
  std::vector<std::thread> workers;
  for (size_t i = 0; i < targets.size(); ++i) {
    const cpu::Target target = cpu::knownTarget(targets[i]);
    workers.emplace_back([&, target, i] {
      try {
        codes[i] = TargetCompiler(target, symbol).run(programs, groups);
      } catch (...) { codes[i].failure = std::current_exception(); }
    });
  }
  for (std::thread& worker : workers) worker.join();
  FamilyObjects objects;
  for (TargetCode& code : codes) {
    if (code.failure) std::rethrow_exception(code.failure);
    if (code.facts != codes[0].facts || code.kernels != codes[0].kernels)
      throw InternalError("aot: targets differ in how kernels are put together");
    objects.code.push_back(std::move(code.object));
  }
  objects.table = table_of(programs, codes, targets, symbol);
  return objects;
}

}  // namespace stator::aot
