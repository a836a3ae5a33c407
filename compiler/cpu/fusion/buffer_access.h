// Vectors to and from the one-dimensional buffers that tensors lie in, dense and row-major.
#pragma once

#include "compiler/cpu/fusion/lane_index.h"

namespace stator::cpu {

/// The tensor's elements at `index`, in the compute type. Masked lanes are unspecified.
Value loadLanes(const IndexMath& math, Value buffer, mlir::Type element, const TensorIndex& index);

/// Stores lanes that `index` does not mask. Lanes lie side by side, or all at one place.
void storeLanes(const IndexMath& math, Value computed, Value buffer, mlir::Type element, const TensorIndex& index);

/// Stores pairs of neighbours, `even` and `odd`; `index` is of the even ones, whose lanes lie two apart.
void storePairs(const IndexMath& math, Value even, Value odd, Value buffer, mlir::Type element,
                const TensorIndex& index);

/// Both masks; null is all lanes.
Value bothMasks(const IndexBuilder& ix, Value a, Value b);

}  // namespace stator::cpu
