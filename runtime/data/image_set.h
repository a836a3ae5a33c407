// Labelled images, wherever they came from.
#pragma once

#include <string>

#include "runtime/ndarray.h"

namespace stator::data {

/// A pixel x of 0 .. 255 becomes (x / 255 - mean) / deviation, in f32.
struct Normalisation {
  float mean = 0;
  float deviation = 1;
};

struct ImageSet {
  NdArray images;      // u8 [N, 28, 28] grey, or [N, 3, 32, 32] with a plane for each of red, green, blue
  NdArray labels;      // i64 [N], in [0, 10)
  std::string source;  // for people: a folder, or "drawn digits (built in)"

  int64_t size() const { return labels.element_count(); }
};

/// What a model trains on and what it is judged by.
struct ImageData {
  ImageSet train;
  ImageSet test;
};

}  // namespace stator::data
