// A module at some phase, interpreted: as text or from a program, after any passes by name.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "compiler/interface/compile.h"
#include "compiler/interface/interpret.h"
#include "compiler/interface/tensor_value.h"

namespace stator::tests {

/// Values of a function's arguments: inputs by number; everything else (slots, `lr`, `seed`, `valid.batch`) by name.
struct Arguments {
  std::vector<TensorValue> inputs;
  std::map<std::string, double> scalars;
};

class Module {
 public:
  explicit Module(const std::string& text);
  Module(const ProgramGraph& program, const std::vector<Binding>& bindings);

  /// Runs passes as stator-opt does: `mask,simplify`. The module given stays as it is.
  /// Errors: UserError with the first diagnostic.
  Module after(const std::string& passes) const;

  /// The results of a function. Slots that `arguments` does not name, and inputs that it does not have, are drawn from
  /// (-1, 1), the same for the same name or position.
  std::vector<TensorValue> run(const std::string& function, const Arguments& arguments = {},
                               Arithmetic arithmetic = Arithmetic::exact) const;

  int count(const std::string& op) const;

 private:
  struct State;
  explicit Module(std::shared_ptr<State> state) : state_(std::move(state)) {}
  std::shared_ptr<State> state_;
};

/// A tensor of draws from (-1, 1) that are a function of `name` alone.
TensorValue drawn(const std::string& name, DType dtype, std::vector<long> extents);

/// max|a - b| / max|b| over all elements of all results; infinite where shapes differ or a value is not a number.
double error(const std::vector<TensorValue>& a, const std::vector<TensorValue>& b);

}  // namespace stator::tests
