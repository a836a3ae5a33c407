// The innermost loops of a contraction: a register tile of accumulators over the reductions.
#pragma once

#include "compiler/kernels/contraction.h"
#include "compiler/kernels/index_builder.h"
#include "mlir/IR/BuiltinTypes.h"

namespace stator::kernels {

/// An element of a buffer: a value known at run time plus a constant.
struct Address {
  Value base;
  int64_t offset = 0;

  Address operator+(int64_t more) const { return {base, offset + more}; }
};

/// A register tile. Accumulators are vectors in row-major order: of (row, vector of columns) for `accumulateBroadcast`,
/// of (row, column) for `accumulateDot`.
struct RegisterTile {
  mlir::VectorType vector;                ///< [lanes]
  Value a;                                ///< memref of A
  Value b;                                ///< memref of B, or of the scratch that holds a packed panel
  llvm::SmallVector<int64_t> rowOffsets;  ///< in A, from the tile's first row
  int64_t columns = 0;
  int64_t columnStride = 1;              ///< in B
  bool padded = false;                   ///< B's panel is padded to whole vectors
  llvm::SmallVector<Dim, 4> reductions;  ///< `b` are strides in `b` as given here
  /// Of this reduction only the steps in [first, last) are taken, as long as it is not straight code; -1: of none.
  int bounded = -1;
  Value first, last;
  int64_t stepsAhead = 0;  ///< by so many steps of the last reduction, lines of B are asked for ahead; 0: not at all
  int unroll = 4;
  int64_t straightSteps = 1;  ///< loops of at most so many steps become straight code
  bool fma = true;
  int64_t pairStride = 1;   ///< for pairs: from the first of a pair to the second in A
  bool endsInHalf = false;  ///< for pairs: the last reduction's last one is half a pair

  int64_t lanes() const { return vector.getNumElements(); }
  int64_t rows() const { return static_cast<int64_t>(rowOffsets.size()); }
  int64_t columnVectors() const { return (columns + lanes() - 1) / lanes(); }
};

/// A mask of the first `count` of `lanes` lanes; null where that is all of them.
Value firstLanes(const IndexBuilder& ix, int64_t count, int64_t lanes);

/// `memref[address .. address + lanes)`; lanes that `mask` leaves out are zero. A null mask is all lanes. Elements of
/// bf16, i16 in memory, become f32 where `type` has f32.
Value loadVector(const IndexBuilder& ix, mlir::VectorType type, Value memref, Address address, Value mask);

/// Pairs of bf16 that lie side by side, one in each lane of `type`; `mask` is of elements, two to a lane.
Value loadPairs(const IndexBuilder& ix, mlir::VectorType type, Value memref, Address address, Value mask);

Value zeroVector(const IndexBuilder& ix, mlir::VectorType type);

/// Gives the accumulators plus the products over all reductions, from the tile's first elements in A and B.
Values accumulateBroadcast(const IndexBuilder& ix, const RegisterTile& tile, Address a, Address b, Values accumulators);

/// The same for factors of bf16, in pairs along the last of `tile.reductions`, which goes by pairs; B is a packed
/// panel.
Values accumulatePairs(const IndexBuilder& ix, const RegisterTile& tile, Address a, Address b, Values accumulators);

/// `accumulateBroadcast` with vectors along the last reduction, which is contiguous in A and B. `pairs`: two elements
/// of bf16 to a lane.
Values accumulateDot(const IndexBuilder& ix, const RegisterTile& tile, Address a, Address b, Values accumulators,
                     bool pairs = false);

/// Transposes a square of vectors: as many of them as they have lanes.
Values transpose(const IndexBuilder& ix, Values rows);

/// The sum over the lanes of each vector: vectors of such sums, in order, by a tree of transposing additions. The last
/// one is filled up with zeros.
Values sumLanes(const IndexBuilder& ix, mlir::VectorType type, Values vectors);

}  // namespace stator::kernels
