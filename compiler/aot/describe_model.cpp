// A library's description, as constants in LLVM IR, and the functions that its header declares.
#include "compiler/aot/describe_model.h"

#include <bit>
#include <cstring>

#include "compiler/aot/constant_tables.h"
#include "llvm/IR/IRBuilder.h"
#include "runtime/element.h"
#include "runtime/error.h"
#include "runtime/hash.h"
#include "runtime/safetensors_dtype.h"
#include "runtime/text.h"

namespace stator::aot {

namespace {

/// The kinds of scalar arguments: as in compiler/aot/glue/model.h.
enum ArgumentKind { option, seed_argument, valid_extent };

/// The bits of a value as an element of that type.
int64_t element_bits(DType dtype, double value) {
  int64_t bits = 0;
  visit_element(dtype, [&]<class T>(std::type_identity<T>) {
    const T element = convert_element<T>(value);
    std::memcpy(&bits, &element, sizeof element);
  });
  return bits;
}

int64_t default_cell(const ArgumentFacts& argument) {
  return argument.dtype == DType::i64 ? static_cast<int64_t>(argument.default_value)
                                      : element_bits(argument.dtype, argument.default_value);
}

std::vector<int64_t> extents_of(const Slot& slot) {
  std::vector<int64_t> extents;
  for (int axis = 0; axis < slot.spec.rank(); ++axis) extents.push_back(slot.spec.extents[axis].number);
  return extents;
}

/// For each axis of a slot, how many elements lie between neighbours in the state; empty: as in a file.
std::vector<int64_t> stored_strides(const Slot& slot) {
  const std::vector<int> axes = storage_axes(slot.spec);
  const std::vector<int64_t> extents = extents_of(slot);
  std::vector<int64_t> strides(axes.size());
  int64_t stride = 1;
  for (size_t i = axes.size(); i-- > 0; stride *= extents[static_cast<size_t>(axes[i])])
    strides[static_cast<size_t>(axes[i])] = stride;
  return strides;
}

class Describer {
 public:
  Describer(llvm::Module& module, const ModelPlan& plan)
      : module_(module), plan_(plan), constant_(module), builder_(module.getContext()) {}

  void run() {
    llvm::Constant* model = this->model();
    llvm::Type *pointer = builder_.getPtrTy(), *number = builder_.getInt64Ty();
    forward("init", {pointer, number}, model);
    if (!plan_.embedded.empty()) forward("open", {pointer}, model);
    forward("check", {pointer, number}, model);
    forward("save", {pointer, pointer, number}, model);
    forward("load", {pointer, pointer, number}, model);
    forward("load_parameters", {pointer, pointer, number}, model);
    module_.getFunction("stator_aot_strerror")->setName(plan_.name + "_strerror");
    for (const FunctionPlan& function : plan_.functions) call(function, model);
  }

 private:
  llvm::Constant* start_of(const Slot& slot) {
    constexpr const char* names[]{"stator_aot_start_constant", "stator_aot_start_uniform", "stator_aot_start_normal"};
    const bool drawn = slot.init.kind != Init::Kind::constant;
    if (drawn && slot.spec.dtype != DType::f32 && slot.spec.dtype != DType::f64)
      throw UserError(concat("aot: slot '", slot.name, "' starts with random ", name_of(slot.spec.dtype),
                             "; only f32 and f64 are drawn in a library"));
    return module_.getFunction(names[static_cast<int>(slot.init.kind)]);
  }

  void slot(size_t index, Fields& fields) {
    const Slot& s = plan_.slots[index];
    const int64_t count = element_count(s), rows = s.spec.rank() ? s.spec.extents[0].number : 1;
    const int64_t row = rows ? count / rows : 0, cleared = s.init.zero_row;
    auto add = [&](auto... values) { (fields.push_back(values), ...); };
    auto number = [&](int64_t value) { return constant_.number(value); };
    add(constant_.text(s.name), number(std::ssize(s.name.view())));
    add(constant_.text(concat('"', safetensors_name(s.spec.dtype), '"')),
        constant_.text(concat('[', joined(extents_of(s), ","), ']')));
    add(number(size_bytes(s.spec.dtype)), number(count), number(plan_.layout.offset_bytes[index]),
        number(plan_.saved.data_at[index]), number(s.role == Slot::Role::parameter), start_of(s));
    add(number(std::bit_cast<int64_t>(s.init.a)), number(std::bit_cast<int64_t>(s.init.b)));
    add(number(element_bits(s.spec.dtype, s.init.a)), number(fnv1a_32(s.name)));
    add(number(cleared < 0 ? 0 : cleared * row), number(cleared < 0 ? 0 : (cleared + 1) * row));
    const std::vector<int64_t> strides = stored_strides(s);
    add(number(std::ssize(strides)), constant_.numbers(extents_of(s)), constant_.numbers(strides));
  }

  llvm::Constant* model() {
    Fields slots;
    for (size_t i = 0; i < plan_.slots.size(); ++i) slot(i, slots);
    std::vector<int64_t> levels;
    for (const cpu::Target& target : plan_.targets) levels.push_back(target.level);
    llvm::Constant* embedded = plan_.embedded.empty() ? constant_.null() : constant_.bytes(plan_.embedded, 64, false);
    auto number = [&](int64_t value) { return constant_.number(value); };
    return constant_.table({number(std::bit_cast<int64_t>(plan_.hash)), number(plan_.layout.total_bytes),
                            number(std::ssize(plan_.slots)), constant_.table(slots), embedded,
                            constant_.bytes(plan_.saved.header, 1, false), number(std::ssize(plan_.saved.header)),
                            number(plan_.saved.seed_at), number(plan_.saved.total_bytes), number(std::ssize(levels)),
                            constant_.numbers(levels)});
  }

  llvm::Constant* tensors(const std::vector<TensorFacts>& all, const std::vector<int64_t>& staged) {
    Fields fields;
    for (size_t i = 0; i < all.size(); ++i) {
      const TensorFacts& tensor = all[i];
      const std::vector<int64_t> symbols(tensor.symbols.begin(), tensor.symbols.end());
      fields.insert(fields.end(), {constant_.number(std::ssize(tensor.extents)), constant_.numbers(tensor.extents),
                                   constant_.numbers(symbols), constant_.number(size_bytes(tensor.dtype)),
                                   constant_.number(tensor.size_bytes()), constant_.number(staged[i]),
                                   constant_.number(tensor.classes)});
    }
    return constant_.table(fields);
  }

  llvm::Constant* variants(const FunctionPlan& function) {
    Fields fields;
    auto* type = llvm::FunctionType::get(builder_.getVoidTy(), {builder_.getPtrTy()}, false);
    for (const VariantPlan& variant : function.variants) {
      std::vector<int64_t> bounds(symbol::count, 0);
      for (Symbol s : function.symbols)
        for (const Binding& binding : variant.bindings)
          if (binding.symbol == s) bounds[s] = binding.number;
      Fields entries;
      for (const std::string& name : variant.entry_names)
        entries.push_back(llvm::cast<llvm::Constant>(module_.getOrInsertFunction(name, type).getCallee()));
      fields.insert(fields.end(), {constant_.numbers(bounds), tensors(variant.facts.inputs, variant.staged_inputs),
                                   tensors(variant.facts.results, variant.staged_results), constant_.table(entries)});
    }
    return constant_.table(fields);
  }

  llvm::Constant* arguments(const FunctionPlan& function) {
    Fields fields;
    for (const ArgumentFacts& argument : function.variants.front().facts.arguments) {
      int64_t kind = argument.name == "seed" ? seed_argument : option, symbol = 0, at = 0;
      for (Symbol s : function.symbols)
        if (argument.name == concat("valid.", symbol::name_of(s))) kind = valid_extent, symbol = s;
      for (const OptionPlan& candidate : function.options)
        if (candidate.facts.name == argument.name) at = candidate.offset_bytes;
      for (int64_t value : {kind, symbol, at, int64_t{size_bytes(argument.dtype)}, default_cell(argument)})
        fields.push_back(constant_.number(value));
    }
    return constant_.table(fields);
  }

  llvm::Constant* description_of(const FunctionPlan& function) {
    const CompiledFunction& facts = function.variants.front().facts;
    auto number = [&](int64_t value) { return constant_.number(value); };
    return constant_.table({number(std::ssize(facts.inputs)), number(std::ssize(facts.results)),
                            number(std::ssize(facts.arguments)), number(std::ssize(function.variants)),
                            arguments(function), variants(function), number(function.writes_state)});
  }

  llvm::Function* define(const std::string& name, llvm::ArrayRef<llvm::Type*> types) {
    auto* type = llvm::FunctionType::get(builder_.getInt32Ty(), types, false);
    auto* function = llvm::Function::Create(type, llvm::GlobalValue::ExternalLinkage, plan_.name + "_" + name, module_);
    builder_.SetInsertPoint(llvm::BasicBlock::Create(module_.getContext(), "", function));
    return function;
  }

  /// NAME_init(...) as stator_aot_init(model, ...).
  void forward(const std::string& name, llvm::ArrayRef<llvm::Type*> types, llvm::Constant* model) {
    llvm::Function* function = define(name, types);
    std::vector<llvm::Value*> operands{model};
    for (llvm::Argument& argument : function->args()) operands.push_back(&argument);
    builder_.CreateRet(builder_.CreateCall(module_.getFunction("stator_aot_" + name), operands));
  }

  /// An array of 8-byte values on the stack.
  llvm::Value* array(llvm::Type* element, const std::vector<llvm::Value*>& values, size_t room) {
    llvm::Value* begin = builder_.CreateAlloca(llvm::ArrayType::get(element, std::max<size_t>(room, 1)));
    for (size_t i = 0; i < values.size(); ++i)
      builder_.CreateStore(values[i], builder_.CreateConstGEP1_64(element, begin, i));
    return begin;
  }

  /// NAME_FUNCTION(state, arena, inputs..., results..., valid extents..., options) as an AotCall.
  void call(const FunctionPlan& function, llvm::Constant* model) {
    const CompiledFunction& facts = function.variants.front().facts;
    llvm::Type *pointer = builder_.getPtrTy(), *number = builder_.getInt64Ty();
    std::vector<llvm::Type*> types(2 + facts.inputs.size() + facts.results.size(), pointer);
    types.insert(types.end(), function.symbols.size(), number);
    types.push_back(pointer);
    llvm::Function* made = define(identifier(function.name), types);
    auto* next = made->arg_begin();
    auto take = [&](size_t count) {
      std::vector<llvm::Value*> values;
      while (count-- > 0) values.push_back(next++);
      return values;
    };
    llvm::Value *state = next++, *arena = next++;
    llvm::Value* inputs = array(pointer, take(facts.inputs.size()), facts.inputs.size());
    llvm::Value* results = array(pointer, take(facts.results.size()), facts.results.size());
    std::vector<llvm::Value*> extents(symbol::count, constant_.number(0));
    for (Symbol s : function.symbols) extents[s] = next++;
    llvm::Value* valid = array(number, extents, extents.size());
    llvm::Value* whole = array(pointer, {}, facts.results.size());
    llvm::Value* cells = array(number, {}, facts.arguments.size());
    llvm::Value* options = next;
    llvm::Value* frame = array(pointer, {state, arena, inputs, results, whole, cells, valid, options}, 8);
    builder_.CreateRet(
        builder_.CreateCall(module_.getFunction("stator_aot_call"), {model, description_of(function), frame}));
  }

  llvm::Module& module_;
  const ModelPlan& plan_;
  ConstantTables constant_;
  llvm::IRBuilder<> builder_;
};

}  // namespace

void describe_model(llvm::Module& glue, const ModelPlan& plan) { Describer(glue, plan).run(); }

}  // namespace stator::aot
