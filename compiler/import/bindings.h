// The numbers that symbols are bound to.
#pragma once

#include <vector>

#include "compiler/interface/compile.h"
#include "compiler/interface/tensor_spec.h"

namespace stator::ir {

class Bindings {
 public:
  /// Errors: UserError for a number below 1.
  explicit Bindings(const std::vector<Binding>& bindings);

  /// `spec` with every symbol's number multiplied into its extent; the symbols stay.
  /// Errors: UserError for a symbol without a number.
  TensorSpec bind(TensorSpec spec) const;

  /// 0: not bound.
  long numberOf(Symbol symbol) const { return numbers[symbol]; }

 private:
  long numbers[symbol::count]{};
};

}  // namespace stator::ir
