// Drawn digits: reproducible, balanced, and learnable by looking at the nearest neighbour.
#include "runtime/data/drawn_digits.h"

#include <array>

#include "tests/catch.h"

using namespace stator;

TEST_CASE("an image depends on the seed, the half and its number alone") {
  const auto few = data::draw_digits(10, 1, 0), more = data::draw_digits(20, 1, 0);
  CHECK(few.images == more.images.slice(0, 0, 10));
  CHECK(few.labels == more.labels.slice(0, 0, 10));
  CHECK_FALSE(few.images == data::draw_digits(10, 2, 0).images);
  CHECK_FALSE(few.images == data::draw_digits(10, 1, 1).images);
}

TEST_CASE("all digits occur about equally often, with MNIST's share of ink") {
  const auto set = data::draw_digits(5000, 3, 0);
  std::array<int, 10> counts{};
  for (int64_t label : set.labels.values<int64_t>()) ++counts.at(label);
  for (int count : counts) CHECK(std::abs(count - 500) < 100);
  double sum = 0;
  for (uint8_t pixel : set.images.values<uint8_t>()) sum += pixel;
  const double mean = sum / 255 / static_cast<double>(set.images.element_count());
  CHECK(mean > 0.06);
  CHECK(mean < 0.25);
}

static int64_t squared_distance(const uint8_t* a, const uint8_t* b) {
  int64_t sum = 0;
  for (int i = 0; i < 784; ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return sum;
}

TEST_CASE("the nearest of 6,000 neighbours has the right label for over 94 % of the digits") {
  const auto train = data::draw_digits(6000, 0, 0), test = data::draw_digits(300, 0, 1);
  int right = 0;
  for (int64_t i = 0; i < test.size(); ++i) {
    int64_t best = INT64_MAX, label = -1;
    for (int64_t j = 0; j < train.size(); ++j) {
      const int64_t away =
          squared_distance(test.images.data<uint8_t>() + i * 784, train.images.data<uint8_t>() + j * 784);
      if (away < best) best = away, label = train.labels.data<int64_t>()[j];
    }
    right += label == test.labels.data<int64_t>()[i];
  }
  INFO("right: " << right << " of 300");
  CHECK(right > 282);
}
