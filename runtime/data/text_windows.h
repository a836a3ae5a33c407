// Windows on a text: a character model's input, and the same one character further on as what it should say.
#pragma once

#include <cstdint>

#include "runtime/ndarray.h"

namespace stator::data {

/// `rows` windows of `length` characters: inputs and targets, i64 [rows, length] each.
class TextWindows {
 public:
  /// Keeps a view of `characters`, i64 [N]. Errors: UserError where rows or length are below 1, or N is not above
  /// length; it gives both values.
  TextWindows(const NdArray& characters, int64_t rows, int64_t length);

  /// Random windows: row i starts where draw i of (seed, step) says, so a run resumes at any step.
  void draw(uint64_t seed, int64_t step);
  /// Windows that follow one another without overlap: those numbered from `batch * rows` on. Gives how many there are,
  /// at most `rows`; rows past them copy the last one.
  int64_t take(int64_t batch);

  /// The number of windows without overlap.
  int64_t window_count() const { return (characters_.element_count() - 1) / length_; }
  const NdArray& inputs() const { return inputs_; }
  const NdArray& targets() const { return targets_; }

 private:
  void fill_row(int64_t row, int64_t start);

  NdArray characters_;
  int64_t rows_, length_;
  NdArray inputs_, targets_;
};

}  // namespace stator::data
