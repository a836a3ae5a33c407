// What can be said of a library's options before anything is compiled.
#include "compiler/aot/check_options.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <set>
#include <tuple>

#include "compiler/aot/model_plan.h"
#include "runtime/error.h"
#include "runtime/text.h"

namespace stator::aot {

namespace {

bool is_identifier(std::string_view name) {
  return !name.empty() && !std::isdigit(static_cast<unsigned char>(name[0])) && identifier(name) == name;
}

Symbol symbol_named(std::string_view name) {
  for (int s = 1; s < symbol::count; ++s)
    if (name == symbol::name_of(static_cast<Symbol>(s))) return static_cast<Symbol>(s);
  throw UserError(concat("bind: no symbol is called '", name, "'"));
}

/// By the product of the numbers first.
std::pair<int64_t, std::vector<long>> size_of(const std::vector<Binding>& bindings) {
  std::pair<int64_t, std::vector<long>> size{1, {}};
  for (const Binding& binding : bindings) size.first *= binding.number, size.second.push_back(binding.number);
  return size;
}

}  // namespace

void check_names(const ProgramGraph& program, const std::string& name) {
  if (!is_identifier(name)) throw UserError(concat("aot: the name '", name, "' is no C identifier"));
  std::set<std::string> taken{"init",     "open",   "check",   "save", "load", "load_parameters",
                              "strerror", "kernel", "parallel"};
  for (const Function& function : program.functions)
    if (!taken.insert(identifier(function.name)).second)
      throw UserError(concat("aot: function '", function.name, "' cannot be called ", name, '_',
                             identifier(function.name), ": the library has another of that name"));
}

std::vector<cpu::Target> targets_named(const std::vector<std::string>& names) {
  std::vector<cpu::Target> targets;
  for (const std::string& name : names) targets.push_back(cpu::knownTarget(name));
  if (targets.empty()) throw UserError("aot: no target is given");
  std::sort(targets.begin(), targets.end(),
            [](const auto& a, const auto& b) { return std::tie(b.level, a.name) < std::tie(a.level, b.name); });
  for (size_t i = 1; i < targets.size(); ++i) {
    if (targets[i].name == targets[i - 1].name)
      throw UserError(concat("aot: target '", targets[i].name, "' is given twice"));
    if (targets[i].triple != targets[0].triple)
      throw UserError(concat("aot: targets '", targets[0].name, "' and '", targets[i].name,
                             "' are of two architectures; make a library for each"));
  }
  return targets;
}

std::vector<std::vector<Binding>> combinations(const std::vector<BoundSymbol>& symbols) {
  std::vector<std::vector<Binding>> all{{}};
  std::set<Symbol> seen;
  for (const BoundSymbol& bound : symbols) {
    if (!seen.insert(bound.symbol).second)
      throw UserError(concat("bind: ", symbol::name_of(bound.symbol), " is given twice"));
    std::vector<std::vector<Binding>> longer;
    for (const auto& bindings : all)
      for (long number : bound.numbers) {
        longer.push_back(bindings);
        longer.back().push_back({bound.symbol, number});
      }
    all = std::move(longer);
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return size_of(a) < size_of(b); });
  return all;
}

BoundSymbol parse_binding(const std::string& text) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos) throw UserError(concat("bind: '", text, "' is not of the form batch=1,32"));
  BoundSymbol bound{symbol_named(std::string_view(text).substr(0, equals)), {}};
  const char *at = text.data() + equals + 1, *end = text.data() + text.size();
  while (true) {
    long number = 0;
    const auto [next, error] = std::from_chars(at, end, number);
    if (error != std::errc() || number < 1 || (next != end && *next != ','))
      throw UserError(concat("bind: '", text, "' holds '", std::string(at, end), "', not whole numbers of at least 1"));
    bound.numbers.push_back(number);
    if (next == end) return bound;
    at = next + 1;
  }
}

}  // namespace stator::aot
