// ImageData drawn by the program itself, for where no data set is at hand.
#pragma once

#include <cstdint>

#include "runtime/data/image_set.h"

namespace stator::data {

inline constexpr int64_t drawn_train_images = 20000;
inline constexpr int64_t drawn_test_images = 4000;

/// `count` digits of random slant, size, place, pen and noise, in MNIST's form: light strokes on a dark ground. Image i
/// depends on the seed, `part` (which half of a data set) and i alone.
ImageSet draw_digits(int64_t count, uint64_t seed, uint32_t part);

/// A train and a test half that share no image.
ImageData draw_digits(uint64_t seed);

}  // namespace stator::data
