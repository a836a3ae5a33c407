// What the graph alone knows of a compiled function: symbols, label classes, defaults of arguments.
#include "compiler/pipeline/function_facts.h"

#include <algorithm>

#include "compiler/pipeline/indexed_rows.h"
#include "runtime/error.h"
#include "runtime/text.h"

namespace stator {

namespace {

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

ProgramGraph functions_named(const ProgramGraph& program, const std::vector<std::string>& names) {
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

void complete_facts(std::vector<CompiledFunction>& compiled, const ProgramGraph& program,
                    const std::vector<Binding>& bindings) {
  for (CompiledFunction& function : compiled)
    for (const Function& source : program.functions)
      if (source.name == std::string_view(function.name)) complete(function, source, bindings);
}

}  // namespace stator
