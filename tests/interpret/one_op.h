// A single op as text, run by the interpreter and differentiated.
#pragma once

#include <string>
#include <vector>

#include "compiler/interface/tensor_value.h"

namespace stator::tests {

/// The element type and extents of `tensor<2x3xf64>`, with the elements given.
TensorValue value_of(const std::string& type, const std::vector<double>& elements);

/// An op as it stands in a .mlir file, on operands %0, %1, ...: `stator.add %0, %1`, its attributes after them.
struct OneOp {
  std::string text;
  std::vector<std::string> operands;  // types
  std::string result;                 // type

  /// The mnemonic: `add`.
  std::string name() const;
  std::vector<double> run(const std::vector<std::vector<double>>& elements) const;
};

/// The loss sum(weights * op(operands)) and its gradients for those operands that have one.
struct WeightedSum {
  double loss = 0;
  std::vector<std::vector<double>> gradients;
};
WeightedSum differentiated(const OneOp& op, const std::vector<std::vector<double>>& elements,
                           const std::vector<double>& weights);

/// The results of function `main` of a module as text, after differentiation.
/// Errors: UserError with the diagnostic where it cannot be parsed or differentiated.
std::vector<TensorValue> run_module(const std::string& text, const std::vector<TensorValue>& arguments);

}  // namespace stator::tests
