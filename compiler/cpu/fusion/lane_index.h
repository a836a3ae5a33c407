// Where the lanes of a vector lie in a tensor: index arithmetic that keeps strides as long as it can.
#pragma once

#include "compiler/cpu/fusion/element.h"

namespace stator::cpu {

/// Along one axis lane l is at `base * scale + offset + l * step`; or, where no step describes them, at `lanes[l]`.
struct LaneIndex {
  Value base;  ///< an index; null: 0
  int64_t scale = 1;
  int64_t offset = 0;
  int64_t step = 0;
  int64_t divisor = 1;  ///< `base` is a multiple of it
  Value lanes;          ///< vector<lanes x i32>; where it is set, nothing else counts

  bool isUniform() const { return !lanes && step == 0; }
  /// What `base * scale + offset` is known to be a multiple of; 0: it is 0.
  int64_t alignment() const;
  bool operator==(const LaneIndex& other) const = default;
};

/// Neighbouring axes of a tensor taken as one, in row-major order.
struct AxisGroup {
  int64_t extent = 1;
  LaneIndex at;
  bool operator==(const AxisGroup& other) const = default;
};

/// The elements of a tensor that the lanes stand for. The groups' extents multiply to the tensor's number of elements;
/// groups need not be its axes, so a reshape changes nothing.
struct TensorIndex {
  llvm::SmallVector<AxisGroup, 4> groups;
  Value mask;  ///< vector<lanes x i1>: lanes that may be read; null: all
  bool operator==(const TensorIndex& other) const = default;
};

/// Index arithmetic at the builder's place, for vectors of `lanes` lanes.
struct IndexMath {
  const IndexBuilder& ix;
  int64_t lanes;

  /// `base * scale + offset` as an index.
  Value start(const LaneIndex& at) const;
  /// Every lane's index: vector<lanes x i32>.
  Value allLanes(const LaneIndex& at) const;
  LaneIndex ofLanes(Value vector) const { return {Value(), 1, 0, 0, 1, vector}; }

  LaneIndex add(const LaneIndex& a, const LaneIndex& b) const;
  LaneIndex add(const LaneIndex& a, int64_t b) const;
  LaneIndex multiply(const LaneIndex& a, int64_t factor) const;
  LaneIndex divide(const LaneIndex& a, int64_t by) const;     ///< of an index that is not negative
  LaneIndex remainder(const LaneIndex& a, int64_t by) const;  ///< of an index that is not negative

  LaneIndex linearize(llvm::ArrayRef<AxisGroup> groups) const;
  llvm::SmallVector<LaneIndex> split(LaneIndex linear, llvm::ArrayRef<int64_t> extents) const;

  /// The same elements in groups of these extents (as many elements in all).
  TensorIndex regroup(const TensorIndex& index, llvm::ArrayRef<int64_t> extents) const;

  /// Whether all lanes have the same quotient by `block`: they lie in the same of the blocks that begin at its
  /// multiples.
  bool staysWithin(const LaneIndex& a, int64_t block) const;

 private:
  bool dividesEvenly(const LaneIndex& a, int64_t by) const;
  Value vectorConstant(int64_t value) const;
};

}  // namespace stator::cpu
