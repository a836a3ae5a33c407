// Planning a library: the layout of options, of staged tensors, and of saved states.
#include "compiler/aot/model_plan.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

#include "runtime/hash.h"
#include "runtime/safetensors_dtype.h"
#include "runtime/state.h"
#include "runtime/text.h"

namespace stator::aot {

namespace {

constexpr std::string_view valid_prefix = "valid.";

bool is_option(const ArgumentFacts& argument) {
  return argument.name != "seed" && !argument.name.starts_with(valid_prefix);
}

std::vector<int64_t> extents_of(const Slot& slot) {
  std::vector<int64_t> extents;
  for (int axis = 0; axis < slot.spec.rank(); ++axis) extents.push_back(slot.spec.extents[axis].number);
  return extents;
}

/// The symbols of inputs, and those whose valid extent the code asks for.
std::vector<Symbol> symbols_of(const CompiledFunction& facts) {
  std::set<Symbol> found;
  for (const TensorFacts& input : facts.inputs) found.insert(input.symbols.begin(), input.symbols.end());
  for (const ArgumentFacts& argument : facts.arguments)
    for (int s = 1; s < symbol::count; ++s)
      if (argument.name == concat(valid_prefix, symbol::name_of(static_cast<Symbol>(s))))
        found.insert(static_cast<Symbol>(s));
  found.erase(symbol::none);
  return {found.begin(), found.end()};
}

/// Behind what the options of every function begin with: a callback, its pool, the target, use_seed and seed.
std::vector<OptionPlan> options_of(const CompiledFunction& facts, int64_t pointer_bytes) {
  std::vector<OptionPlan> options;
  int64_t offset = 2 * pointer_bytes + 16;
  std::set<std::string> names{"parallel", "pool", "target", "use_seed", "seed"};
  for (const ArgumentFacts& argument : facts.arguments) {
    if (!is_option(argument)) continue;
    const int64_t size = size_bytes(argument.dtype);
    offset = (offset + size - 1) / size * size;
    options.push_back({identifier(argument.name), argument, offset});
    if (!names.insert(options.back().name).second)
      throw UserError(concat("aot: ", facts.name, ": two arguments would both be called '", options.back().name, "'"));
    offset += size;
  }
  return options;
}

/// Places in the arena for tensors that a call may give or take in part.
std::vector<int64_t> stage(const std::vector<TensorFacts>& tensors, int64_t& arena_bytes) {
  std::vector<int64_t> places;
  for (const TensorFacts& tensor : tensors) {
    bool may_be_short = false;
    for (size_t axis = 0; axis < tensor.extents.size(); ++axis)
      may_be_short |= tensor.symbols[axis] != symbol::none && tensor.extents[axis] > 1;
    places.push_back(may_be_short ? arena_bytes : -1);
    if (may_be_short) arena_bytes += round_up_to_alignment(tensor.size_bytes());
  }
  return places;
}

}  // namespace

const VariantPlan& FunctionPlan::widest() const {
  return *std::max_element(variants.begin(), variants.end(),
                           [](const auto& a, const auto& b) { return a.arena_bytes < b.arena_bytes; });
}

int64_t FunctionPlan::most(Symbol symbol) const {
  int64_t number = 0;
  for (const VariantPlan& variant : variants)
    for (const Binding& binding : variant.bindings)
      if (binding.symbol == symbol) number = std::max<int64_t>(number, binding.number);
  return number;
}

int64_t ModelPlan::arena_bytes() const {
  int64_t bytes = 0;
  for (const FunctionPlan& function : functions) bytes = std::max(bytes, function.arena_bytes());
  return bytes;
}

std::string identifier(std::string_view name) {
  std::string text(name);
  for (char& c : text)
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  return text;
}

uint64_t hash_of(const std::vector<Slot>& slots, const StateLayout& layout) {
  std::string text = "stator state 1\n";  // the number counts changes of what a state is
  for (size_t i = 0; i < slots.size(); ++i)
    text += concat(slots[i].name, ' ', name_of(slots[i].spec.dtype), ' ', bracketed(extents_of(slots[i])), ' ',
                   bracketed(storage_axes(slots[i].spec)), ' ', layout.offset_bytes[i], '\n');
  return fnv1a_64(text);
}

std::string head_of(const ModelPlan& plan, int64_t target) {
  const std::array<uint64_t, head_bytes / 8> head{plan.hash, 0, static_cast<uint64_t>(target)};
  return std::string(reinterpret_cast<const char*>(head.data()), head_bytes);
}

std::string block_with(const std::vector<Slot>& all, const std::vector<Slot>& slots, const std::string& path) {
  State whole = State::init(all, 0), state(slots);
  whole.load_parameters(path);
  for (const Slot& slot : slots) state.set(slot.name, whole.get(slot.name));
  return std::string(reinterpret_cast<const char*>(state.data()), static_cast<size_t>(state.size_bytes()));
}

SavedFile plan_saved_file(const std::vector<Slot>& slots) {
  std::vector<size_t> order(slots.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    const int a_bytes = size_bytes(slots[a].spec.dtype), b_bytes = size_bytes(slots[b].spec.dtype);
    return a_bytes != b_bytes ? a_bytes > b_bytes : slots[a].name.view() < slots[b].name.view();
  });
  SavedFile file;
  file.data_at.resize(slots.size());
  const std::string start = R"({"__metadata__":{"stator.format":"1","stator.seed":")";
  std::string json = start + std::string(20, '0') + "\"}";
  int64_t at = 0;
  for (size_t i : order) {
    const Slot& slot = slots[i];
    const int64_t end = at + element_count(slot) * size_bytes(slot.spec.dtype);
    file.data_at[i] = at;
    json += concat(",\"", slot.name, R"(":{"dtype":")", safetensors_name(slot.spec.dtype), R"(","shape":[)",
                   joined(extents_of(slot), ","), R"(],"data_offsets":[)", at, ',', end, "]}");
    at = end;
  }
  json += '}';
  json.resize((json.size() + 7) / 8 * 8, ' ');
  for (int byte = 0; byte < 8; ++byte) file.header += static_cast<char>(uint64_t{json.size()} >> (8 * byte));
  file.header += json;
  file.seed_at = 8 + static_cast<int64_t>(start.size());
  file.total_bytes = static_cast<int64_t>(file.header.size()) + at;
  return file;
}

FunctionPlan plan_function(const Function& function, std::vector<VariantPlan> variants, const cpu::Target& target) {
  FunctionPlan plan;
  plan.name = function.name.str();
  plan.symbols = symbols_of(variants.front().facts);
  plan.options = options_of(variants.front().facts, target.pointerBytes);
  plan.writes_state = !function.graph.updates.empty();
  if (plan.symbols.empty()) variants.resize(1);  // all are the same
  for (VariantPlan& variant : variants) {
    variant.arena_bytes = round_up_to_alignment(variant.facts.arena_bytes);
    variant.staged_inputs = stage(variant.facts.inputs, variant.arena_bytes);
    variant.staged_results = stage(variant.facts.results, variant.arena_bytes);
    variant.arena_bytes = std::max(variant.arena_bytes, alignment_bytes);  // C has no empty arrays
  }
  plan.variants = std::move(variants);
  return plan;
}

}  // namespace stator::aot
