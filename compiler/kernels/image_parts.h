// How many parts of the images a convolution's weight gradient is summed in.
#pragma once

#include <cstdint>

namespace stator::kernels {

/// Of images and their cotangents: what stays in a second cache beside the gradient.
inline constexpr int64_t partBytes = 384 << 10;

/// As many equal parts of `images` as it takes for each to fit, as long as the parts' gradients are half of what is
/// read at most. `read` and `gradient` are bytes, of all images and of one gradient. 1: all images fit, or have too few
/// elements for each of the weight's.
constexpr int64_t imageParts(int64_t images, int64_t read, int64_t gradient) {
  int64_t parts = 1;
  for (int64_t divisor = 2; divisor <= images && parts * partBytes < read; ++divisor)
    if (images % divisor == 0 && 2 * divisor * gradient <= read) parts = divisor;
  return parts;
}

}  // namespace stator::kernels
