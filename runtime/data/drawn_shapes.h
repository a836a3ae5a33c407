// Coloured shapes drawn by the program itself, for where no set of colour images is at hand.
#pragma once

#include <cstdint>

#include "runtime/data/image_set.h"

namespace stator::data {

/// `count` images in CIFAR-10's form, u8 [count, 3, 32, 32]: one of ten shapes (disc, ring, square, frame, triangle,
/// diamond, cross, saltire, stripes across, stripes down) of random place, size and colour on a ground of another
/// colour, with noise. Image i depends on the seed, `part` (which half of a data set) and i alone.
ImageSet draw_shapes(int64_t count, uint64_t seed, uint32_t part);

/// A train half of 2,000 images and a test half of 500.
ImageData draw_shapes(uint64_t seed);

}  // namespace stator::data
