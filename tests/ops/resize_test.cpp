// Rows of ops that give images another size: adaptive pooling, nearest neighbours, pixels for channels.
#include "dsl/stator.h"
#include "tests/catch.h"
#include "tests/ops/check_row.h"
#include "tests/ops/rows.h"

namespace stator::tests {

namespace {

using Small = F<1, 2, 5, 7>;

Row adaptive_avg_pool2d_row() {
  Row row("adaptive_avg_pool2d");
  row.at<F<batch, 3, 8, 6>>([](auto x) { return adaptive_avg_pool2d<Size2d(4, 3)>(x); })
      .at<F<batch, 64, 8, 8>>([](auto x) { return flatten(adaptive_avg_pool2d<1>(x)); })
      .at<F<2, 3, 4, 4>>([](auto x) { return adaptive_avg_pool2d<4>(x); })
      .at<F<2, 5, 9, 4>>([](auto x) { return adaptive_avg_pool2d<Size2d(4, 7)>(x); })
      .torch<Small>("adaptive_avg_pool2d__1", [](auto x) { return adaptive_avg_pool2d<1>(x); })
      .torch<Small>("adaptive_avg_pool2d__2", [](auto x) { return adaptive_avg_pool2d<2>(x); })
      .torch<Small>("adaptive_avg_pool2d__2x3", [](auto x) { return adaptive_avg_pool2d<Size2d(2, 3)>(x); })
      .torch<Small>("adaptive_avg_pool2d__3", [](auto x) { return adaptive_avg_pool2d<3>(x); })
      .torch<Small>("adaptive_avg_pool2d__7", [](auto x) { return adaptive_avg_pool2d<7>(x); })
      .torch<Small>("interpolate__area", [](auto x) { return adaptive_avg_pool2d<Size2d(2, 3)>(x); })
      .torch<F<2, 2, 7>>("adaptive_avg_pool1d__3", [](auto x) {
        return reshape<2, 2, 3>(adaptive_avg_pool2d<Size2d(1, 3)>(reshape<2, 2, 1, 7>(x)));
      });
  return row;
}

Row adaptive_max_pool2d_row() {
  Row row("adaptive_max_pool2d");
  row.at<F<batch, 3, 8, 6>>([](auto x) { return adaptive_max_pool2d<Size2d(4, 3)>(x); })
      .at<F<2, 5, 9, 4>>([](auto x) { return adaptive_max_pool2d<Size2d(4, 7)>(x); })
      .torch<Small>("adaptive_max_pool2d__1", [](auto x) { return adaptive_max_pool2d<1>(x); })
      .torch<Small>("adaptive_max_pool2d__2", [](auto x) { return adaptive_max_pool2d<2>(x); })
      .torch<Small>("adaptive_max_pool2d__2x3", [](auto x) { return adaptive_max_pool2d<Size2d(2, 3)>(x); })
      .torch<Small>("adaptive_max_pool2d__3", [](auto x) { return adaptive_max_pool2d<3>(x); })
      .torch<Small>("adaptive_max_pool2d__7", [](auto x) { return adaptive_max_pool2d<7>(x); })
      .torch<F<2, 2, 7>>("adaptive_max_pool1d__3", [](auto x) {
        return reshape<2, 2, 3>(adaptive_max_pool2d<Size2d(1, 3)>(reshape<2, 2, 1, 7>(x)));
      });
  return row;
}

template <resize Options> constexpr auto resized = [](auto x) { return interpolate<Options>(x); };

Row interpolate_row() {
  constexpr Interpolation exact = Interpolation::nearest_exact;
  using Image = F<1, 2, 3, 4>;
  Row row("interpolate");
  row.at<F<batch, 3, 4, 5>>(resized<resize{.scale_factor = 3}>)
      .at<F<2, 16, 6, 6>>([](auto x) { return relu(interpolate<resize{.scale_factor = 2}>(x)); })
      .at<F<batch, 2, 5, 4>>(resized<resize{.scale_factor = 1.5}>)
      .at<F<batch, 2, 3, 4>>(resized<resize{.scale_factor = {2, 0.5}}>)
      .at<F<batch, 2, 7>>(resized<resize{.size = 5, .mode = exact}>)
      .at<F<batch, 2, 3, 2, 5>>(resized<resize{.size = {4, 2, 10}}>)
      .torch<Image>("interpolate__nearest_up2", resized<resize{.scale_factor = 2}>)
      .torch<Image>("interpolate__nearest_size", resized<resize{.size = {5, 7}}>)
      .torch<F<1, 2, 6, 7>>("interpolate__nearest_down", resized<resize{.size = {3, 2}}>)
      .torch<Image>("interpolate__nearest-exact_up2", resized<resize{.scale_factor = 2, .mode = exact}>)
      .torch<Image>("interpolate__nearest-exact_size", resized<resize{.size = {5, 7}, .mode = exact}>)
      .torch<F<1, 2, 6, 7>>("interpolate__nearest-exact_down", resized<resize{.size = {3, 2}, .mode = exact}>)
      .torch<F<1, 2, 5>>("interpolate__nearest_1d", resized<resize{.scale_factor = 2}>)
      .torch<F<1, 1, 2, 2, 3>>("interpolate__nearest_3d", resized<resize{.scale_factor = 2}>);
  return row;
}

Row pixel_shuffle_row() {
  Row row("pixel_shuffle");
  row.at<F<batch, 12, 3, 5>>([](auto x) { return pixel_shuffle<2>(x); })
      .torch<F<1, 8, 2, 3>>("pixel_shuffle__r2", [](auto x) { return pixel_shuffle<2>(x); })
      .torch<F<1, 18, 2, 3>>("pixel_shuffle__r3", [](auto x) { return pixel_shuffle<3>(x); });
  return row;
}

Row pixel_unshuffle_row() {
  Row row("pixel_unshuffle");
  row.at<F<batch, 3, 6, 4>>([](auto x) { return pixel_unshuffle<2>(x); })
      .torch<F<1, 2, 4, 6>>("pixel_unshuffle__r2", [](auto x) { return pixel_unshuffle<2>(x); })
      .torch<F<1, 2, 6, 9>>("pixel_unshuffle__r3", [](auto x) { return pixel_unshuffle<3>(x); });
  return row;
}

}  // namespace

const std::vector<Row>& resize_rows() {
  static const std::vector<Row> rows{adaptive_avg_pool2d_row(), adaptive_max_pool2d_row(), interpolate_row(),
                                     pixel_shuffle_row(), pixel_unshuffle_row()};
  return rows;
}

TEST_CASE("images of another size") { check_all(resize_rows()); }

}  // namespace stator::tests
