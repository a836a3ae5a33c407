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

/// The operands and results of a case that a test uses, in its order: `in.q`, `weight`; `out.y`. Empty operands are
/// those of PyTorch's function in its order, condition, x, ..., weight, bias; empty results all that it gives, y or
/// values first, then the others by name.
struct TorchNames {
  std::vector<std::string> operands, results;
};

/// A result, and the cotangent where gradients follow from one.
struct TorchResult {
  TensorValue value;
  std::optional<TensorValue> cotangent;
};

/// One case.
struct TorchCase {
  std::string op;
  std::map<std::string, std::string> attributes;
  std::vector<TensorValue> inputs;
  std::vector<std::optional<TensorValue>> gradients;  // of each input, where it has one
  std::vector<TorchResult> results;

  bool has_gradients() const;
  double number(const std::string& attribute) const;
};

/// Errors: UserError where there is no case of that name, or it lacks a tensor that is named.
const TorchCase& torch_case(const std::string& name, const TorchNames& names = {});

/// The names of all cases, in order.
std::vector<std::string> all_torch_cases();

/// Those of one op.
std::vector<std::string> torch_cases_of(const std::string& op);

/// Notes for docs/coverage.md that a case has passed; `but` says what of it was not compared. Written to the file
/// $STATOR_CASES, where that is set.
void record_passed(const std::string& name, const std::string& but = "");

/// A tensor of a case by its own name, `in.p0`: for cases that are not one call of an op.
TensorValue torch_tensor(const std::string& name, const std::string& tensor);

}  // namespace stator::tests
