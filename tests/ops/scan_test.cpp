// Rows of loops: scan in both directions, what it keeps of its states, its gradients, loops in loops, symbolic steps.
#include "dsl/stator.h"
#include "tests/catch.h"
#include "tests/ops/check_row.h"
#include "tests/ops/rows.h"

namespace stator::tests {

namespace {

constexpr auto fading = [](auto s, auto x) {
  auto next = s * 0.5 + x;
  return hana::make_tuple(next, next * x);
};

/// h' = tanh(h w + x), which is the result too.
template <direction Direction> constexpr auto recurrent = [](auto h0, auto xs, auto w) {
  auto cell = [&](auto h, auto x) {
    auto next = tanh(matmul(h, w) + x);
    return hana::make_tuple(next, next);
  };
  auto [last, ys] = scan<Direction>(cell, h0, xs);
  return std::tuple(last, ys);
};

/// States that are stacked before a step, behind it and not at all, and two that swap.
template <direction Direction> constexpr auto several = [](auto a, auto b, auto xs) {
  auto cell = [](auto state, auto elements) {
    auto x = hana::at_c<0>(elements);
    auto s = hana::at_c<0>(state), t = hana::at_c<1>(state), u = hana::at_c<2>(state), v = hana::at_c<3>(state);
    auto next = t * 0.5 + u * x;
    return hana::make_tuple(hana::make_tuple(sigmoid(s * x), next, v, u), hana::make_tuple(t, x * 2.0, next, u + v));
  };
  auto [state, ys] = scan<Direction>(cell, hana::make_tuple(a, b, a, b), hana::make_tuple(xs));
  return std::tuple(hana::at_c<0>(state), hana::at_c<1>(state), hana::at_c<2>(state), hana::at_c<0>(ys),
                    hana::at_c<1>(ys), hana::at_c<2>(ys), hana::at_c<3>(ys));
};

constexpr auto nested = [](auto s, auto xs, auto ys, auto w) {
  auto outer = [&](auto state, auto x) {
    auto inner = [&](auto t, auto y) {
      auto next = tanh(matmul(t, w) * x + y);
      return hana::make_tuple(next, t);
    };
    auto [next, partial] = scan(inner, state, ys);
    return hana::make_tuple(next * 0.5, sum<0>(partial));
  };
  auto [last, partial] = scan(outer, s, xs);
  return std::tuple(last, partial);
};

/// A state of the weight's size, a bias, a mean over the batch in each step, and a sequence of numbers.
constexpr auto mixed = [](auto h0, auto xs, auto w, auto b) {
  auto cell = [&](auto h, auto elements) {
    auto centred = h - mean<0>(h, keepdim);
    auto next = matmul(centred, w) * hana::at_c<1>(elements) + b + hana::at_c<0>(elements);
    return hana::make_tuple(next, hana::make_tuple());
  };
  return scan(cell, h0, hana::make_tuple(xs, sum<1, 2>(xs) * 0.1)).state;
};

Row scan_row() {
  constexpr auto forward = direction::forward, reverse = direction::reverse;
  return Row("scan")
      .domains({{-1, 1}})
      .at<F<>, F<3>>([](auto s, auto xs) { return std::tuple(scan(fading, s, xs).state, scan(fading, s, xs).ys); })
      .at<F<5>, F<1, 5>>([](auto s, auto xs) { return scan(fading, s, xs).ys; })
      .at<F<batch>, F<4, batch>>([](auto s, auto xs) { return scan(fading, s, xs).ys; })
      .at<F<2, 17>, F<5, 2, 17>, F<17, 17>>(recurrent<forward>)
      .at<F<2, 17>, F<5, 2, 17>, F<17, 17>>(recurrent<reverse>)
      .at<F<batch, 33>, F<6, batch, 33>, F<33, 33>>(recurrent<forward>)
      .at<F<batch, 4>, F<6, batch, 4>, F<4, 4>>(recurrent<reverse>)
      .at<F<3, 4>, F<batch, 3, 4>, F<4, 4>>(recurrent<forward>)
      .at<F<3, 4>, F<batch, 3, 4>, F<4, 4>>(recurrent<reverse>)
      .at<F<3, 5>, F<3, 5>, F<4, 3, 5>>(several<forward>)
      .at<F<3, 5>, F<3, 5>, F<4, 3, 5>>(several<reverse>)
      .at<F<batch, 5>, F<batch, 5>, F<4, batch, 5>>(several<forward>)
      .at<F<5>, F<5>, F<batch, 5>>(several<reverse>)
      .at<F<2, 3>, F<4>, F<3, 2, 3>, F<3, 3>>(nested)
      .at<F<2, 3>, F<4>, F<batch, 2, 3>, F<3, 3>>(nested)
      .at<F<batch, 3>, F<4, batch, 3>, F<3, 3>, F<3>>(mixed)
      .at<F<5, 3>, F<batch, 5, 3>, F<3, 3>, F<3>>(mixed);
}

}  // namespace

const std::vector<Row>& scan_rows() {
  static const std::vector<Row> rows{scan_row()};
  return rows;
}

TEST_CASE("loops") { check_all(scan_rows()); }

}  // namespace stator::tests
