// The order in which elements are met, as loops: views come down to it where their reshapes move ones alone.
#pragma once

#include <optional>

#include "dsl/eager/view.h"

namespace stator::eager {

/// Loops over elements, the last one innermost. A stride counts elements; 0 repeats them.
struct Nest {
  struct Axis {
    int64_t extent = 1, stride = 0;
  };
  int rank = 0;
  std::array<Axis, max_rank> at{};

  int64_t element_count() const;
  /// Elements that are not the same one again.
  int64_t distinct_count() const;
  void push(const Axis& axis) { at[static_cast<size_t>(rank++)] = axis; }
  const Axis& last() const { return at[static_cast<size_t>(rank - 1)]; }

  /// The same order without axes of one element, and with one axis for neighbours that are walked through as one. It
  /// has an axis at least.
  Nest collapsed() const;

  // Of a collapsed nest:
  /// Whether elements are met one after the other as they lie.
  bool is_dense() const { return rank == 1 && (at[0].stride == 1 || at[0].extent == 1); }
  /// Elements that lie one after the other come again and again until `block` of them have come; 0: it is not so.
  struct Repeats {
    int64_t period = 0, block = 0;
  };
  Repeats repeats() const;
  /// How many elements one step along the first axis takes; 0: steps along it meet the same elements again.
  int64_t first_step() const { return at[0].stride == 0 ? 0 : element_count() / at[0].extent; }
};

/// The axes of a dense tensor.
Nest dense_nest(const Dims& dims);
/// How `view` meets the elements of a dense tensor of extents `base`; nothing where a reshape does more than to add and
/// to drop ones.
std::optional<Nest> nest_of(const Dims& base, const View& view);
/// The same elements in the order in which a value lies that is read through `lie`, which is plain or a permute.
Nest in_order_of(const Nest& nest, const View& lie);

/// A place in a nest, moved on from run to run along the innermost axis.
class NestWalk {
 public:
  /// Errors: none; `first` counts elements of the nest, which must have as many.
  NestWalk(const Nest& nest, int64_t first);

  /// Where the next element lies, and how many follow it along the innermost axis, itself included.
  int64_t offset() const { return offset_; }
  int64_t left() const { return nest_.last().extent - index_[last_]; }
  /// Moves on by at most `left()` elements.
  void advance(int64_t count);

  /// How many whole runs follow along the axis around the innermost one; 0 within a run, or where there is no axis.
  int64_t runs_left() const {
    return last_ == 0 || index_[last_] != 0 ? 0 : nest_.at[last_ - 1].extent - index_[last_ - 1];
  }
  /// Moves on by at most `runs_left()` runs.
  void advance_runs(int64_t count) { step(last_ - 1, count); }

 private:
  void step(size_t axis, int64_t count);

  const Nest& nest_;
  const size_t last_;
  int64_t offset_ = 0;
  std::array<int64_t, max_rank> index_{};
};

inline void NestWalk::step(size_t axis, int64_t count) {
  index_[axis] += count;
  offset_ += count * nest_.at[axis].stride;
  for (; axis > 0 && index_[axis] == nest_.at[axis].extent; --axis) {
    offset_ += nest_.at[axis - 1].stride - nest_.at[axis].extent * nest_.at[axis].stride;
    index_[axis] = 0;
    ++index_[axis - 1];
  }
}

inline void NestWalk::advance(int64_t count) { step(last_, count); }

}  // namespace stator::eager
