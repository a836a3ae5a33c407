// Batches of digits for tests that train: drawn ones, the same everywhere.
#pragma once

#include <cstring>
#include <vector>

#include "examples/models/convnet.h"
#include "runtime/data/batches.h"
#include "runtime/data/drawn_digits.h"
#include "runtime/data/mnist.h"

namespace stator::tests {

struct Batch {
  NdArray images;  // f32 [rows, 1, 28, 28]
  NdArray labels;  // i64 [rows]

  Batch rows(int64_t begin, int64_t end) const { return {images.slice(0, begin, end), labels.slice(0, begin, end)}; }
};

inline Batch empty_batch(int64_t rows) {
  return {NdArray::zeros(DType::f32, {rows, 1, 28, 28}), NdArray::zeros(DType::i64, {rows})};
}

/// `count` batches of `rows` drawn digits each, in an order that the seed says.
inline std::vector<Batch> digit_batches(int64_t count, int64_t rows, uint64_t seed = 0) {
  const data::ImageSet digits = data::draw_digits(count * rows, seed, 0);
  data::Batches batches(digits, {rows, data::Order::shuffled, seed, {data::mnist_normalisation}});
  std::vector<Batch> made;
  for (int64_t i = 0; i < count; ++i) {
    made.push_back(empty_batch(rows));
    batches.next(made.back().images.data<float>(), made.back().labels.data<int64_t>());
  }
  return made;
}

/// Equal in every bit.
inline bool same_bits(const State& a, const State& b) {
  return a.size_bytes() == b.size_bytes() && std::memcmp(a.data(), b.data(), static_cast<size_t>(a.size_bytes())) == 0;
}

}  // namespace stator::tests
