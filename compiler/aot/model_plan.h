// All that is known of a library before its code is put together: what its header says and its description holds.
#pragma once

#include <string>
#include <vector>

#include "compiler/cpu/target.h"
#include "compiler/interface/compile.h"
#include "runtime/executable.h"
#include "runtime/state_layout.h"

namespace stator::aot {

/// Bytes in front of the slots of a state: which model it is of, its seed, the target chosen for this host.
inline constexpr int64_t head_bytes = 64;

/// A scalar argument that a call's options hold, and where.
struct OptionPlan {
  std::string name;  ///< as a C identifier
  ArgumentFacts facts;
  int64_t offset_bytes = 0;
};

/// A function compiled for one choice of symbols' numbers.
struct VariantPlan {
  std::vector<Binding> bindings;
  CompiledFunction facts;                ///< arena_bytes: the most that a target needs
  std::vector<int64_t> staged_inputs;    ///< offsets in the arena of inputs that may be short; -1: none
  std::vector<int64_t> staged_results;   ///< the same of results
  int64_t arena_bytes = 0;               ///< with what is staged
  std::vector<std::string> entry_names;  ///< of each target
};

struct FunctionPlan {
  std::string name;
  std::vector<Symbol> symbols;  ///< whose valid extents a call gives
  std::vector<OptionPlan> options;
  std::vector<VariantPlan> variants;  ///< from small to large
  bool writes_state = false;

  /// The variant that needs the largest arena.
  const VariantPlan& widest() const;
  int64_t arena_bytes() const { return widest().arena_bytes; }
  /// The greatest number that a symbol is bound to.
  int64_t most(Symbol symbol) const;
};

/// How a saved state begins, and where each slot's values stand behind that: a safetensors file.
struct SavedFile {
  std::string header;  ///< its size, its JSON with a seed of 20 zeros, and blanks
  int64_t seed_at = 0;
  std::vector<int64_t> data_at;
  int64_t total_bytes = 0;
};

struct ModelPlan {
  std::string name;                  ///< begins every name of the library
  std::vector<cpu::Target> targets;  ///< the best first
  std::vector<Slot> slots;
  StateLayout layout;
  SavedFile saved;
  std::string embedded;  ///< the state's block with weights, or empty
  uint64_t hash = 0;     ///< of the slots
  std::vector<FunctionPlan> functions;

  int64_t state_bytes() const { return head_bytes + layout.total_bytes; }
  int64_t arena_bytes() const;
};

/// What a saved state of these slots looks like.
SavedFile plan_saved_file(const std::vector<Slot>& slots);

/// `lr.head` as `lr_head`, `x86-64-v3` as `x86_64_v3`.
std::string identifier(std::string_view name);

/// The block of a state of `slots`, some of the program's slots `all`, whose parameters and buffers come from a
/// safetensors file. Errors: UserError as State::load_parameters.
std::string block_with(const std::vector<Slot>& all, const std::vector<Slot>& slots, const std::string& path);

/// The first bytes of a state of seed 0 for the model's target of that number.
std::string head_of(const ModelPlan& plan, int64_t target);

/// A hash of all that two states of the same size may differ in.
uint64_t hash_of(const std::vector<Slot>& slots, const StateLayout& layout);

/// The symbols, options and staging of a function whose variants have their facts and entry names.
/// Errors: UserError where two arguments have one identifier.
FunctionPlan plan_function(const Function& function, std::vector<VariantPlan> variants, const cpu::Target& target);

}  // namespace stator::aot
