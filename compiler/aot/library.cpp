// Puts a library together: each variant is compiled as the JIT compiles it, then joined with the glue and a
// description.
#include "compiler/aot/library.h"

#include <map>
#include <set>

#include "compiler/aot/check_options.h"
#include "compiler/aot/compile_variants.h"
#include "compiler/aot/describe_model.h"
#include "compiler/aot/glue_bitcode.h"
#include "compiler/aot/model_plan.h"
#include "compiler/aot/used_slots.h"
#include "compiler/aot/write_header.h"
#include "compiler/cpu/emit_object.h"
#include "compiler/cpu/lower_cpu.h"
#include "compiler/pipeline/function_facts.h"
#include "llvm/Bitcode/BitcodeReader.h"
#include "llvm/IR/Module.h"
#include "llvm/Linker/Linker.h"
#include "llvm/Object/ArchiveWriter.h"
#include "llvm/Object/ObjectFile.h"
#include "llvm/Transforms/Utils/Cloning.h"
#include "runtime/error.h"
#include "runtime/text.h"

namespace stator::aot {

namespace {

using LlvmModule = std::unique_ptr<llvm::Module>;

/// `predict.entry/batch=32/x86-64-v4`.
std::string entry_name(const std::string& function, const std::vector<Binding>& bindings, const cpu::Target& target) {
  std::string name = cpu::entrySymbol(function);
  for (const Binding& binding : bindings) name += concat('/', symbol::name_of(binding.symbol), '=', binding.number);
  return name + '/' + target.name;
}

/// Hides all but the functions of the header.
void keep_only_public(llvm::Module& module, const ModelPlan& plan) {
  std::set<std::string> names;
  for (const char* name : {"init", "open", "check", "save", "load", "load_parameters", "strerror"}) names.insert(name);
  for (const FunctionPlan& function : plan.functions) names.insert(identifier(function.name));
  for (llvm::Function& function : module) {
    llvm::StringRef name = function.getName();
    const bool is_public = name.consume_front(plan.name + "_") && names.count(name.str());
    if (!is_public && !function.isDeclaration()) function.setLinkage(llvm::GlobalValue::InternalLinkage);
  }
}

/// Errors: UserError where an object needs what only libm has.
void check_freestanding(const std::string& object) {
  auto file = llvm::object::ObjectFile::createObjectFile(llvm::MemoryBufferRef(object, "library"));
  if (!file) throw InternalError("aot: LLVM cannot read its own object: " + llvm::toString(file.takeError()));
  std::set<std::string> needed;
  for (const llvm::object::SymbolRef& symbol : (*file)->symbols())
    if (llvm::cantFail(symbol.getFlags()) & llvm::object::SymbolRef::SF_Undefined)
      needed.insert(llvm::cantFail(symbol.getName()).str());
  // The last two are WebAssembly's linker's.
  for (const char* allowed : {"", "memcpy", "memmove", "memset", "__indirect_function_table", "__stack_pointer"})
    needed.erase(allowed);
  if (!needed.empty())
    throw UserError(concat("aot: a freestanding library cannot have ", joined(needed), ", which only libm has"));
}

void link(llvm::Module& into, LlvmModule from) {
  if (llvm::Linker::linkModules(into, std::move(from))) throw InternalError("aot: LLVM cannot join modules");
}

}  // namespace

struct Library::Impl {
  Impl(const ProgramGraph& program, const LibraryOptions& options) : options(options) {
    plan.targets = targets_named(options.targets);
    slots = program.slots;
    const ProgramGraph functions = keep_used_slots(functions_named(program, options.functions));
    check_names(functions, options.name);
    std::vector<LlvmModule> codes = take(compile_variants(
        functions, combinations(options.bindings), plan.targets,
        {.dump = options.dump, .precision = options.precision, .memory_budget = options.memory_budget}));
    make_plan(functions);
    check_budget();
    header = write_header(plan);
    module = parse(glue_bitcode(plan.targets[0].triple), "the glue");
    describe_model(*module, plan);
    keep_only_public(*module, plan);
    cpu::optimise(*module, plan.targets.back());
    for (LlvmModule& code : codes) link(*module, std::move(code));
    keep_only_public(*module, plan);
    if (options.freestanding) check_freestanding(object());
  }

  /// The variants' code, its entries renamed; their facts go to `variants`.
  std::vector<LlvmModule> take(const std::vector<CompiledVariant>& compiled) {
    std::vector<LlvmModule> codes;
    for (const CompiledVariant& variant : compiled) {
      codes.push_back(parse(variant.bitcode, "a variant"));
      for (const CompiledFunction& facts : variant.functions) add(facts, variant, *codes.back());
    }
    return codes;
  }

  void add(const CompiledFunction& facts, const CompiledVariant& compiled, llvm::Module& code) {
    const std::string name = entry_name(facts.name, compiled.bindings, compiled.target);
    code.getFunction(cpu::entrySymbol(facts.name))->setName(name);
    std::vector<VariantPlan>& all = variants[facts.name];
    const bool is_new = compiled.target.name == plan.targets.front().name;
    if (is_new) all.push_back({compiled.bindings, facts, {}, {}, 0, {}});
    VariantPlan& variant = all.back();
    if (facts.arena_bytes > variant.facts.arena_bytes)
      variant.facts.arena_bytes = facts.arena_bytes, variant.facts.widest_kernel = facts.widest_kernel;
    variant.entry_names.push_back(name);
  }

  void make_plan(const ProgramGraph& functions) {
    plan.name = options.name;
    plan.slots = functions.slots;
    plan.layout = layout_of(plan.slots);
    plan.saved = plan_saved_file(plan.slots);
    plan.hash = hash_of(plan.slots, plan.layout);
    if (!options.weights.empty()) plan.embedded = block_with(slots, plan.slots, options.weights);
    for (const Function& function : functions.functions)
      plan.functions.push_back(plan_function(function, std::move(variants[function.name]), plan.targets[0]));
  }

  void check_budget() const {
    for (const FunctionPlan& function : plan.functions) {
      const VariantPlan& widest = function.widest();
      if (options.max_arena_bytes == 0 || widest.arena_bytes <= options.max_arena_bytes) continue;
      throw UserError(concat(function.name, ": its arena needs ", widest.arena_bytes, " bytes, more than the ",
                             options.max_arena_bytes, " allowed: ", widest.facts.arena_bytes, " at its widest point, '",
                             widest.facts.widest_kernel, "', and ", widest.arena_bytes - widest.facts.arena_bytes,
                             " for batches that are not full"));
    }
  }

  LlvmModule parse(std::string_view bitcode, const char* what) {
    auto parsed = llvm::parseBitcodeFile(llvm::MemoryBufferRef(bitcode, what), context);
    if (!parsed) throw InternalError(concat("aot: ", what, " does not parse: ", llvm::toString(parsed.takeError())));
    return std::move(*parsed);
  }

  /// Made when it is first asked for. Code generation changes a module; the library's own stays as it is.
  const std::string& object() {
    if (object_bytes.empty()) object_bytes = cpu::generateObject(*llvm::CloneModule(*module), plan.targets.back());
    return object_bytes;
  }

  LibraryOptions options;
  std::vector<Slot> slots;  // all of the program's
  llvm::LLVMContext context;
  std::map<std::string, std::vector<VariantPlan>> variants;
  ModelPlan plan;
  std::string header;
  LlvmModule module;
  std::string object_bytes;
};

Library::Library(const ProgramGraph& program, const LibraryOptions& options)
    : impl_(std::make_unique<Impl>(program, options)) {}
Library::~Library() = default;

const std::string& Library::header() const { return impl_->header; }

std::vector<std::pair<std::string, std::string>> Library::packed_states(const std::string& weights) const {
  const ModelPlan& plan = impl_->plan;
  const std::string block = block_with(impl_->slots, plan.slots, weights);
  std::vector<std::pair<std::string, std::string>> states;
  for (size_t i = 0; i < plan.targets.size(); ++i)
    states.emplace_back(plan.targets[i].name, head_of(plan, static_cast<int64_t>(i)) + block);
  return states;
}

std::string Library::object() const { return impl_->object(); }

std::string Library::archive() const {
  const std::string bytes = object(), name = impl_->plan.name + ".o";
  std::vector<llvm::NewArchiveMember> members;
  members.emplace_back(llvm::MemoryBufferRef(bytes, name));
  auto archive = llvm::writeArchiveToBuffer(members, llvm::SymtabWritingMode::NormalSymtab,
                                            llvm::object::Archive::K_GNU, /*Deterministic=*/true, /*Thin=*/false);
  if (!archive) throw InternalError("aot: no archive: " + llvm::toString(archive.takeError()));
  return (*archive)->getBuffer().str();
}

std::string Library::llvm_ir() const {
  return cpu::generateText(*impl_->module, impl_->plan.targets.back(), cpu::Text::llvm);
}

std::string Library::assembly() const {
  return cpu::generateText(*llvm::CloneModule(*impl_->module), impl_->plan.targets.back(), cpu::Text::assembly);
}

}  // namespace stator::aot
