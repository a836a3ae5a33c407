// bf16 in vector code: its 16 bits as f32, and products of pairs of them by one instruction.
#pragma once

#include "compiler/kernels/index_builder.h"
#include "mlir/IR/BuiltinTypes.h"

namespace stator::kernels {

/// Elements of bf16, given as i16, as the f32 that they are the upper halves of; one element or a vector.
Value widenBFloat16(const IndexBuilder& ix, Value bits);

/// `memref[index]`, an i16, as f32 in all lanes of `type`.
Value broadcastBFloat16(const IndexBuilder& ix, mlir::VectorType type, Value memref, Value index);

/// Pairs of bf16 lie in 32 bits, the first in the lower half; vectors of them are typed as f32, of which none is meant.
///
/// `memref[index]` and `memref[index + stride]` as a pair in all lanes.
Value broadcastPair(const IndexBuilder& ix, mlir::VectorType type, Value memref, Value index, int64_t stride);

/// `memref[index]` and 0 as a pair in all lanes.
Value broadcastHalfPair(const IndexBuilder& ix, mlir::VectorType type, Value memref, Value index);

/// Pairs of first and second elements, vectors of i16 or one of each. A null second is 0.
Value joinPairs(const IndexBuilder& ix, Value first, Value second);

/// sums + a.first * b.first + a.second * b.second for each lane, by `vdpbf16ps`: lanes are 16, denormal factors and
/// results are 0.
Value addPairProducts(const IndexBuilder& ix, Value sums, Value a, Value b);

}  // namespace stator::kernels
