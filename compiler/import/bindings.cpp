// Symbols become numbers.
#include "compiler/import/bindings.h"

#include <string>

#include "runtime/error.h"

namespace stator::ir {

Bindings::Bindings(const std::vector<Binding>& bindings) {
  for (const Binding& binding : bindings) {
    if (binding.number < 1)
      throw UserError("compile: " + std::string(symbol::name_of(binding.symbol)) + " is bound to " +
                      std::to_string(binding.number) + ", and an extent is at least 1");
    numbers[binding.symbol] = binding.number;
  }
}

TensorSpec Bindings::bind(TensorSpec spec) const {
  for (int axis = 0; axis < spec.rank(); ++axis)
    for (Symbol symbol : spec.extents[axis].symbols) {
      if (symbol == symbol::none) break;
      if (numbers[symbol] == 0)
        throw UserError("compile: " + std::string(symbol::name_of(symbol)) + " is bound to no number, as in `compile(" +
                        "program, " + symbol::name_of(symbol) + " = 32)`");
      spec.extents[axis].number *= numbers[symbol];
    }
  return spec;
}

}  // namespace stator::ir
