// A tensor with all its values, as the reference interpreter holds it: every element a double, whatever its dtype.
#pragma once

#include <vector>

#include "compiler/interface/dtype.h"

namespace stator {

/// Dense and row-major. Values of narrow dtypes are not rounded to them: this is the reference that kernels are held
/// to.
struct TensorValue {
  DType dtype = DType::f32;
  std::vector<long> extents;
  std::vector<double> elements;

  bool operator==(const TensorValue&) const = default;
};

}  // namespace stator
