// Inputs for the digit benchmarks: normal draws and labels, the same in every run.
#pragma once

#include "runtime/ndarray.h"
#include "runtime/philox.h"

namespace bench {

struct Batch {
  stator::NdArray images, labels;
};

inline Batch digits_batch(int64_t rows) {
  Batch batch{stator::NdArray::zeros(stator::DType::f32, {rows, 1, 28, 28}),
              stator::NdArray::zeros(stator::DType::i64, {rows})};
  const stator::RandomStream draws{0, 0, 0};
  auto pixels = batch.images.values<float>();
  for (size_t i = 0; i < pixels.size(); ++i) pixels[i] = stator::normal(draws, i);
  for (int64_t i = 0; i < rows; ++i) batch.labels.data<int64_t>()[i] = draws.word(i) % 10;
  return batch;
}

}  // namespace bench
