// How close two tensors are. Source: design.md, "How closeness is measured".
#pragma once

#include <string>

#include "compiler/interface/tensor_value.h"
#include "runtime/ndarray.h"

namespace stator::tests {

/// max|a - b| / max|b| over the finite elements of b; max|a - b| where b is all zeros. Infinite where dtypes' kinds,
/// extents, or the places and signs of infinities and NaNs differ.
double error_of(const TensorValue& a, const TensorValue& b);
double error_of(const NdArray& a, const NdArray& b);
double error_of(const NdArray& a, const TensorValue& b);

/// Empty where the error is at most `tolerance`; otherwise what differs and by how much, with the worst element.
std::string difference(const TensorValue& a, const TensorValue& b, double tolerance);

}  // namespace stator::tests
