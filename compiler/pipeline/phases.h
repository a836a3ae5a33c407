// The way of a program through the compiler: its phases, in order. Read this first.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace stator {

/// Each phase takes what the one before it gives. A tool can stop after any of them: `--dump PHASE`.
enum class Phase : unsigned char {
  import,         // the program's graphs and the numbers of its symbols -> a module of the stator dialect
  mask,           // sums, maxima and products over a symbolic axis leave out the rows that are not valid
  differentiate,  // `gradient` ops -> the ops that compute them, in reverse mode
  bind_symbols,   // masks for what differentiation made; then all types are plain numbers
  simplify,       // constants, identities, common subexpressions, dead code
  reassociate,    // products where they cost least; values change by rounding alone
  layout,         // an order of axes for images, with the fewest permutes around them
  precision,      // factors of products rounded to bf16, where that is asked for
  winograd,       // 3 x 3 convolutions -> less than half as many products
  blocks,         // what rows of a large batch go through -> a loop over a few of them at a time
  attention,      // score matrices -> one kernel with what reads their rows, so that none lies in memory
  prepare,        // ops -> those that kernels are made of
  recompute,      // what would wait long in memory -> computed again where it is read late
  fuse,           // ops -> groups that become one kernel each
  plan_memory,    // every tensor between kernels -> a place in the arena, the state, an input or a result
  lower_cpu,      // groups -> loops over vectors; one entry for each function
  emit,           // vectors -> machine code
};

struct PhaseFacts {
  Phase phase;
  std::string_view name;         // in `--dump`, in CompileOptions, in the time report
  std::string_view description;  // one line for people
  bool optional;                 // whether it improves programs; without that they mean and compute the same
};

inline constexpr std::array<PhaseFacts, 17> phases{{
    {Phase::import, "import", "the program's graphs as a module of the stator dialect", false},
    {Phase::mask, "mask", "masks over symbolic axes, so that only valid rows count", false},
    {Phase::differentiate, "differentiate", "gradients as ops, in reverse mode", false},
    {Phase::bind_symbols, "bind-symbols", "masks for gradients; types become plain numbers", false},
    {Phase::simplify, "simplify", "constants, identities, common subexpressions, dead code", true},
    {Phase::reassociate, "reassociate", "products where they cost least", true},
    {Phase::layout, "layout", "an order of axes for images, with the fewest permutes", true},
    {Phase::precision, "precision", "factors of products in bf16, where that is asked for", false},
    {Phase::winograd, "winograd", "3 x 3 convolutions by fewer products", true},
    {Phase::blocks, "blocks", "a large batch a few rows at a time", true},
    {Phase::attention, "attention", "score matrices in the kernels that read them", true},
    {Phase::prepare, "prepare", "ops as those that kernels are made of", false},
    {Phase::recompute, "recompute", "what would wait long in memory, computed again", true},
    {Phase::fuse, "fuse", "groups of ops that become one kernel each", true},
    {Phase::plan_memory, "plan-memory", "a place for every tensor that crosses kernels", true},
    {Phase::lower_cpu, "lower-cpu", "loops over vectors, and one entry for each function", true},
    {Phase::emit, "emit", "machine code", false},
}};

constexpr const PhaseFacts& factsOf(Phase phase) { return phases[static_cast<unsigned>(phase)]; }
constexpr std::string_view nameOf(Phase phase) { return factsOf(phase).name; }

/// The phase of that name, or none.
constexpr std::optional<Phase> phaseNamed(std::string_view name) {
  for (const PhaseFacts& facts : phases)
    if (facts.name == name) return facts.phase;
  return std::nullopt;
}

/// `import, mask, ...`, or those alone whose improvements can be left out.
std::string phaseNames(bool optionalOnly);

namespace detail {
constexpr bool phasesStandInOrder() {
  for (unsigned i = 0; i < phases.size(); ++i)
    if (static_cast<unsigned>(phases[i].phase) != i) return false;
  return true;
}
static_assert(phasesStandInOrder());
}  // namespace detail

}  // namespace stator
