// Inputs for benchmarks on images: normal draws and labels, the same in every run.
#pragma once

#include "runtime/ndarray.h"
#include "runtime/philox.h"

namespace bench {

struct Batch {
  stator::NdArray images, labels;
};

/// `image`: channels, height, width.
inline Batch image_batch(int64_t rows, std::array<int64_t, 3> image, int64_t classes) {
  Batch batch{stator::NdArray::zeros(stator::DType::f32, {rows, image[0], image[1], image[2]}),
              stator::NdArray::zeros(stator::DType::i64, {rows})};
  const stator::RandomStream draws{0, 0, 0};
  auto pixels = batch.images.values<float>();
  for (size_t i = 0; i < pixels.size(); ++i) pixels[i] = stator::normal(draws, i);
  for (int64_t i = 0; i < rows; ++i) batch.labels.data<int64_t>()[i] = draws.word(i) % classes;
  return batch;
}

}  // namespace bench
