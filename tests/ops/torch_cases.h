// The reference cases that PyTorch computed: operands, results and gradients of ops. See tests/data/pack.py.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "compiler/interface/tensor_value.h"
#include "runtime/ndarray.h"

namespace stator::tests {

TensorValue tensor_of(const NdArray& array);
NdArray array_of(const TensorValue& tensor);

/// One case. Inputs stand in the order in which PyTorch's function takes them: condition, x, ..., weight, bias; results
/// as it gives them: y or values first, then the others by name.
struct TorchCase {
  std::string op;
  std::map<std::string, std::string> attributes;
  std::vector<TensorValue> inputs;
  std::vector<std::optional<TensorValue>> gradients;  // of each input, where it has one
  std::vector<TensorValue> results;
  std::vector<std::optional<TensorValue>> cotangents;  // of each result, where it is differentiated

  double number(const std::string& attribute) const;
};

/// Errors: UserError where there is no case of that name.
const TorchCase& torch_case(const std::string& name);

/// The names of all cases, in order.
std::vector<std::string> all_torch_cases();

/// Those of one op.
std::vector<std::string> torch_cases_of(const std::string& op);

/// A tensor of a case by its own name, `in.p0`: for cases that are not one call of an op.
TensorValue torch_tensor(const std::string& name, const std::string& tensor);

}  // namespace stator::tests
