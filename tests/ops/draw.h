// Values for the inputs of a test: drawn, but the same in every run.
#pragma once

#include <string_view>

#include "compiler/interface/tensor_value.h"
#include "tests/ops/row.h"

namespace stator::tests {

/// The extents of `spec` with every symbol at `rows`.
std::vector<long> extents_of(const TensorSpec& spec, long rows);

/// Values of `domain` for an input; f32 values, whatever the dtype. `name` and `input` are the seed.
TensorValue draw(const TensorSpec& spec, long rows, const Domain& domain, std::string_view name, size_t input);

/// The same with every third float an infinity, a NaN, a zero of either sign, or 1.
TensorValue draw_special(const TensorSpec& spec, long rows, const Domain& domain, std::string_view name, size_t input);

/// Numbers in [low, high), one for each element.
TensorValue draw_uniform(const TensorSpec& spec, long rows, double low, double high, std::string_view name,
                         size_t input);

}  // namespace stator::tests
