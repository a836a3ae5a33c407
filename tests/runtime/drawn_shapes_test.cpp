// Drawn shapes: reproducible, of all ten classes, visible on their ground.
#include "runtime/data/drawn_shapes.h"

#include <algorithm>
#include <array>

#include "tests/catch.h"

using namespace stator;

TEST_CASE("a shape depends on the seed, the half and its number alone") {
  const auto few = data::draw_shapes(10, 1, 0), more = data::draw_shapes(20, 1, 0);
  CHECK(few.images == more.images.slice(0, 0, 10));
  CHECK(few.labels == more.labels.slice(0, 0, 10));
  CHECK_FALSE(few.images == data::draw_shapes(10, 2, 0).images);
  CHECK_FALSE(few.images == data::draw_shapes(10, 1, 1).images);
}

TEST_CASE("all shapes occur about equally often") {
  const auto set = data::draw_shapes(1000, 3, 0);
  std::array<int, 10> counts{};
  for (const int64_t label : set.labels.values<int64_t>()) ++counts.at(static_cast<size_t>(label));
  for (const int count : counts) CHECK(std::abs(count - 100) < 40);
}

TEST_CASE("every shape differs from its ground in every colour") {
  const auto set = data::draw_shapes(50, 0, 0);
  for (int64_t i = 0; i < set.size(); ++i)
    for (int64_t channel = 0; channel < 3; ++channel) {
      const uint8_t* plane = set.images.data<uint8_t>() + (3 * i + channel) * 1024;
      const auto [least, greatest] = std::minmax_element(plane, plane + 1024);
      CHECK(*greatest - *least > 40);
    }
}
