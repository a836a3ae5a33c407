// Inputs of workloads: normal draws, labels and characters, the same in every run.
#pragma once

#include <vector>

#include "runtime/ndarray.h"

namespace bench {

/// Draws of mean 0 and deviation 1, f32.
stator::NdArray normal_draws(stator::NdArray::Extents extents, uint64_t seed = 0);

/// Whole numbers from 0 up to `classes`, i64.
stator::NdArray label_draws(stator::NdArray::Extents extents, int64_t classes);

/// Of so many rows: images of `channels` x `side` x `side`, and their labels where `classes` is not 0.
struct Images {
  int64_t channels, side, classes = 0;
  std::vector<stator::NdArray> operator()(int64_t rows) const;
};

/// Of so many rows: windows of characters, and the characters that follow theirs where a loss wants them.
struct Text {
  bool with_next = true;
  std::vector<stator::NdArray> operator()(int64_t rows) const;
};

}  // namespace bench
