// Shapes as predicates on the plane, coloured pixel by pixel.
#include "runtime/data/drawn_shapes.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "runtime/hash.h"
#include "runtime/philox.h"

namespace stator::data {
namespace {

constexpr int side = 32;
constexpr int64_t train_images = 2000, test_images = 500;

/// Whether a point belongs to a shape that fills [-1, 1] x [-1, 1].
using Shape = bool (*)(float x, float y);

float largest(float x, float y) { return std::max(std::abs(x), std::abs(y)); }
float smallest(float x, float y) { return std::min(std::abs(x), std::abs(y)); }

constexpr std::array<Shape, 10> shapes{
    [](float x, float y) { return std::hypot(x, y) < 1; },
    [](float x, float y) { return std::abs(std::hypot(x, y) - .75f) < .25f; },
    [](float x, float y) { return largest(x, y) < .9f; },
    [](float x, float y) { return std::abs(largest(x, y) - .7f) < .2f; },
    [](float x, float y) { return y < .9f && y > 2 * std::abs(x) - 1; },
    [](float x, float y) { return std::abs(x) + std::abs(y) < 1; },
    [](float x, float y) { return largest(x, y) < 1 && smallest(x, y) < .25f; },
    [](float x, float y) { return largest(x, y) < 1 && smallest(x - y, x + y) < .35f; },
    [](float x, float y) { return largest(x, y) < 1 && std::abs(std::abs(y) - .6f) < .25f; },
    [](float x, float y) { return largest(x, y) < 1 && std::abs(std::abs(x) - .6f) < .25f; }};

using Colour = std::array<float, 3>;  // 0 to 1

/// Draws 0, 1 and 2 of `first` on.
Colour colour(const RandomStream& stream, uint64_t first) {
  return {uniform(stream, first), uniform(stream, first + 1), uniform(stream, first + 2)};
}

/// Writes one image and gives its label. The first 12 draws place and colour the shape, the others are noise.
int64_t draw_image(uint8_t* pixels, const RandomStream& stream) {
  const auto label = static_cast<size_t>(uint64_t{stream.word(0)} * shapes.size() >> 32);
  const float centre_x = 16 + 8 * (uniform(stream, 1) - .5f), centre_y = 16 + 8 * (uniform(stream, 2) - .5f);
  const float size = 6 + 5 * uniform(stream, 3);
  const Colour ground = colour(stream, 4);
  Colour ink = colour(stream, 8);
  for (size_t c = 0; c < 3; ++c)
    if (std::abs(ink[c] - ground[c]) < .3f) ink[c] = ground[c] < .5f ? ground[c] + .4f : ground[c] - .4f;
  uint64_t draw = 12;
  for (size_t c = 0; c < 3; ++c)
    for (int y = 0; y < side; ++y)
      for (int x = 0; x < side; ++x) {
        const auto along = [size](int pixel, float centre) { return (static_cast<float>(pixel) - centre) / size; };
        const bool inside = shapes[label](along(x, centre_x), along(y, centre_y));
        const float value = (inside ? ink : ground)[c] + .1f * (uniform(stream, draw++) - .5f);
        *pixels++ = static_cast<uint8_t>(std::lround(255 * std::clamp(value, 0.f, 1.f)));
      }
  return static_cast<int64_t>(label);
}

}  // namespace

ImageSet draw_shapes(int64_t count, uint64_t seed, uint32_t part) {
  ImageSet set{NdArray::empty(DType::u8, {count, 3, side, side}), NdArray::empty(DType::i64, {count}),
               "drawn shapes (built in)"};
  const uint32_t site = fnv1a_32("drawn shapes") + part;
  for (int64_t i = 0; i < count; ++i)
    set.labels.data<int64_t>()[i] =
        draw_image(set.images.data<uint8_t>() + i * 3 * side * side, {seed, static_cast<uint32_t>(i), site});
  return set;
}

ImageData draw_shapes(uint64_t seed) { return {draw_shapes(train_images, seed, 0), draw_shapes(test_images, seed, 1)}; }

}  // namespace stator::data
