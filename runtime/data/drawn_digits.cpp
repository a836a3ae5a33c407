// ImageData as strokes: polylines in the unit square, bent by a random affine map and drawn with a soft round pen.
#include "runtime/data/drawn_digits.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <vector>

#include "runtime/hash.h"
#include "runtime/philox.h"

namespace stator::data {
namespace {

constexpr int side = 28, classes = 10;

struct Point {
  float x, y;  // right and down; the glyph fills [0, 1] x [0, 1]
};
using Stroke = std::vector<Point>;
using Glyph = std::vector<Stroke>;

/// Points on an ellipse from one angle to another, in turns; 0 points right, a quarter points down.
Stroke arc(Point centre, float radius_x, float radius_y, float from, float to) {
  constexpr int pieces = 14;
  Stroke stroke;
  for (int i = 0; i <= pieces; ++i) {
    const float angle = 2 * std::numbers::pi_v<float> * (from + (to - from) * static_cast<float>(i) / pieces);
    stroke.push_back({centre.x + radius_x * std::cos(angle), centre.y + radius_y * std::sin(angle)});
  }
  return stroke;
}

Stroke followed_by(Stroke first, const Stroke& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

const std::array<Glyph, classes>& glyphs() {
  static const std::array<Glyph, classes> table{
      Glyph{arc({.5f, .5f}, .36f, .5f, 0, 1)},
      Glyph{{{.3f, .2f}, {.55f, 0}, {.55f, 1}}},
      Glyph{followed_by(arc({.5f, .28f}, .36f, .28f, .5f, 1.08f), {{.12f, 1}, {.9f, 1}})},
      Glyph{arc({.45f, .25f}, .36f, .25f, .55f, 1.25f), arc({.45f, .75f}, .4f, .25f, -.25f, .45f)},
      Glyph{{{.62f, 1}, {.62f, 0}, {.08f, .66f}, {.95f, .66f}}},
      Glyph{followed_by({{.85f, 0}, {.25f, 0}, {.2f, .45f}}, arc({.46f, .68f}, .4f, .32f, -.35f, .42f))},
      Glyph{followed_by({{.72f, 0}, {.35f, .3f}}, arc({.5f, .7f}, .36f, .3f, .5f, 1.5f))},
      Glyph{{{.1f, 0}, {.9f, 0}, {.4f, 1}}},
      Glyph{arc({.5f, .25f}, .3f, .25f, 0, 1), arc({.5f, .75f}, .38f, .25f, 0, 1)},
      Glyph{followed_by(arc({.5f, .3f}, .34f, .3f, 0, 1), {{.84f, .3f}, {.74f, 1}})}};
  return table;
}

/// The random numbers of one image, in the order in which they are asked for.
class Draws {
 public:
  explicit Draws(const RandomStream& stream) : stream_(stream) {}
  float between(float low, float high) { return low + (high - low) * uniform(stream_, next_++); }
  int64_t below(int64_t bound) { return static_cast<int64_t>(uint64_t{stream_.word(next_++)} * bound >> 32); }

 private:
  RandomStream stream_;
  uint64_t next_ = 0;
};

/// From the unit square to pixels: size, slant and turn about the middle, then a shift.
class Placement {
 public:
  explicit Placement(Draws& draws) {
    const float width = draws.between(11, 17), height = draws.between(16, 21);
    const float slant = draws.between(-.25f, .25f), turn = draws.between(-.22f, .22f);
    const float cosine = std::cos(turn), sine = std::sin(turn);
    xx_ = width * cosine, xy_ = height * (slant * cosine - sine);
    yx_ = width * sine, yy_ = height * (slant * sine + cosine);
    x_ = 13.5f + draws.between(-2, 2), y_ = 13.5f + draws.between(-2, 2);
  }
  Point operator()(Point point) const {
    const float x = point.x - .5f, y = point.y - .5f;
    return {x_ + xx_ * x + xy_ * y, y_ + yx_ * x + yy_ * y};
  }

 private:
  float xx_, xy_, yx_, yy_, x_, y_;
};

float distance(Point point, Point from, Point to) {
  const float dx = to.x - from.x, dy = to.y - from.y;
  const float length = dx * dx + dy * dy;
  const float along = length == 0 ? 0 : ((point.x - from.x) * dx + (point.y - from.y) * dy) / length;
  const float t = std::clamp(along, 0.f, 1.f);
  return std::hypot(point.x - from.x - t * dx, point.y - from.y - t * dy);
}

using Picture = std::array<float, side * side>;  // 0 to 1

/// A line of the pen: full within `radius` pixels, fading over the next one. Only the pixels near it are visited.
void draw_line(Picture& picture, Point from, Point to, float radius) {
  const float reach = radius + 1;
  const int left = std::max(0, static_cast<int>(std::min(from.x, to.x) - reach));
  const int right = std::min(side - 1, static_cast<int>(std::max(from.x, to.x) + reach));
  const int top = std::max(0, static_cast<int>(std::min(from.y, to.y) - reach));
  const int bottom = std::min(side - 1, static_cast<int>(std::max(from.y, to.y) + reach));
  for (int y = top; y <= bottom; ++y)
    for (int x = left; x <= right; ++x) {
      const float away = distance({static_cast<float>(x), static_cast<float>(y)}, from, to);
      float& pixel = picture[static_cast<size_t>(y * side + x)];
      pixel = std::max(pixel, std::clamp(radius + 1 - away, 0.f, 1.f));
    }
}

void draw_glyph(Picture& picture, const Glyph& glyph, Draws& draws) {
  const Placement place(draws);
  const float radius = draws.between(.4f, 1.3f);
  for (const Stroke& stroke : glyph) {
    const Point wander{draws.between(-.05f, .05f), draws.between(-.05f, .05f)};
    const auto placed = [&](Point point) { return place({point.x + wander.x, point.y + wander.y}); };
    for (size_t i = 0; i + 1 < stroke.size(); ++i) draw_line(picture, placed(stroke[i]), placed(stroke[i + 1]), radius);
  }
}

void draw_image(uint8_t* pixels, int64_t& label, const RandomStream& stream) {
  Draws draws(stream);
  Picture picture{};
  label = draws.below(classes);
  draw_glyph(picture, glyphs()[static_cast<size_t>(label)], draws);
  const float ink = draws.between(.75f, 1), noise = draws.between(0, .12f);
  for (size_t i = 0; i < picture.size(); ++i) {
    const float value = picture[i] * ink + noise * draws.between(-1, 1);
    pixels[i] = static_cast<uint8_t>(std::lround(255 * std::clamp(value, 0.f, 1.f)));
  }
}

}  // namespace

ImageSet draw_digits(int64_t count, uint64_t seed, uint32_t part) {
  ImageSet set{NdArray::empty(DType::u8, {count, side, side}), NdArray::empty(DType::i64, {count}),
               "drawn digits (built in)"};
  uint8_t* pixels = set.images.data<uint8_t>();
  int64_t* labels = set.labels.data<int64_t>();
  const uint32_t site = fnv1a_32("drawn digits") + part;
  for (int64_t i = 0; i < count; ++i)
    draw_image(pixels + i * side * side, labels[i], {seed, static_cast<uint32_t>(i), site});
  return set;
}

ImageData draw_digits(uint64_t seed) {
  return {draw_digits(drawn_train_images, seed, 0), draw_digits(drawn_test_images, seed, 1)};
}

}  // namespace stator::data
