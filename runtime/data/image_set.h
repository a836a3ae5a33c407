// Labelled grey images, wherever they came from.
#pragma once

#include <string>

#include "runtime/ndarray.h"

namespace stator::data {

struct ImageSet {
  NdArray images;      // u8 [N, 28, 28]
  NdArray labels;      // i64 [N], in [0, 10)
  std::string source;  // for people: a folder, or "drawn digits (built in)"

  int64_t size() const { return labels.element_count(); }
};

/// What a model trains on and what it is judged by.
struct Digits {
  ImageSet train;
  ImageSet test;
};

}  // namespace stator::data
