// Rows of the reductions: sum, max, argmax, mean.
#include "dsl/stator.h"
#include "tests/catch.h"
#include "tests/ops/check_row.h"
#include "tests/ops/rows.h"

namespace stator::tests {

namespace {

/// A reduction over leading, trailing, middle and all axes, at sizes with and without tails; `reduce<axes>(x,
/// keep...)`.
template <class Reduce> Row& reductions(Row& row, Reduce reduce) {
  return row.template at<F<3, 17>>([=](auto x) { return reduce.template operator()<1>(x); })
      .template at<F<17, 33>>([=](auto x) { return reduce.template operator()<0>(x); })
      .template at<F<33, 1>>([=](auto x) { return reduce.template operator()<1>(x); })
      .template at<F<2, 3, 5, 7>>([=](auto x) { return reduce.template operator()<1, 2>(x); })
      .template at<F<4, 3, 5, 7>>([=](auto x) { return reduce.template operator()<0, 2, 3>(x); })
      .template at<F<batch, 17>>([=](auto x) { return reduce.template operator()<0>(x); })
      .template at<F<batch, 17>>([=](auto x) { return reduce.template operator()<1>(x); })
      .template at<F<3, batch>>([=](auto x) { return reduce.template operator()<1>(x, keepdim); })
      .template at<F<batch, 3>>([=](auto x) { return reduce.template operator()<>(x); })
      .template at<F<1>>([=](auto x) { return reduce.template operator()<>(x); })
      .template at<F<515, 129>>([=](auto x) { return reduce.template operator()<0>(x * 0.5 + 1.0); })
      .template at<F<129, 515>>([=](auto x) { return reduce.template operator()<1>(x * 0.5 + 1.0); })
      .template at<F<129, 515>>([=](auto x) { return reduce.template operator()<>(x * 0.5 + 1.5); });
}

/// PyTorch's cases `NAME__all`, `NAME__dim0` ... that every reduction of floats has.
template <class Reduce> Row& torch_reductions(Row& row, const std::string& op, Reduce reduce) {
  using X = F<2, 3, 4>;
  return row.template torch<X>(op + "__all", [=](auto x) { return reduce.template operator()<>(x); })
      .template torch<X>(op + "__all_keep", [=](auto x) { return reduce.template operator()<>(x, keepdim); })
      .template torch<X>(op + "__dim-1_keep", [=](auto x) { return reduce.template operator()<-1>(x, keepdim); })
      .template torch<X>(op + "__dim0", [=](auto x) { return reduce.template operator()<0>(x); })
      .template torch<X>(op + "__dim0_2", [=](auto x) { return reduce.template operator()<0, 2>(x); })
      .template torch<X>(op + "__dim0_2_keep", [=](auto x) { return reduce.template operator()<0, 2>(x, keepdim); })
      .template torch<X>(op + "__dim1", [=](auto x) { return reduce.template operator()<1>(x); });
}

constexpr auto sum_over = []<int... Axes>(const auto& x, auto... keep) { return sum<Axes...>(x, keep...); };
constexpr auto max_over = []<int... Axes>(const auto& x, auto... keep) { return amax<Axes...>(x, keep...); };
constexpr auto mean_over = []<int... Axes>(const auto& x, auto... keep) { return mean<Axes...>(x, keep...); };

Row sum_row() {
  Row row("sum");
  reductions(row, sum_over);
  row.at<Tensor<i64, 3, 17>>([](auto x) { return sum<1>(x); });
  return torch_reductions(row, "sum", sum_over)
      .torch<F<>>("sum__scalar", [](auto x) { return sum(x); })
      .torch<F<0, 3>>("sum__empty", [](auto x) { return sum<0>(x); });
}

Row max_row() {
  Row row("max");
  reductions(row, max_over);
  row.at<Tensor<i64, 3, 17>>([](auto x) { return amax<1>(x); });
  row.special<F<9, 33>>([](auto x) { return std::tuple(amax<0>(x), amax<1>(x), amax(x)); });
  return torch_reductions(row, "amax", max_over).torch<F<2, 4>>("amax__ties", [](auto x) { return amax<1>(x); });
}

Row mean_row() {
  Row row("mean");
  reductions(row, mean_over);
  return torch_reductions(row, "mean", mean_over).torch<F<>>("mean__scalar", [](auto x) { return mean(x); });
}

Row argmax_row() {
  Row row("argmax");
  row.without_gradient()
      .at<F<3, 17>>([](auto x) { return argmax<1>(x); })
      .at<F<17, 33>>([](auto x) { return argmax<0>(x); })
      .at<F<2, 33, 3>>([](auto x) { return argmax<1>(x); })
      .at<F<batch, 10>>([](auto x) { return argmax(x); })
      .at<F<10, batch>>([](auto x) { return argmax<1>(x); })
      .at<F<515, 129>>([](auto x) { return argmax<1>(x); })
      .at<Tensor<i64, 3, 17>>([](auto x) { return argmax<1>(x); })
      .special<F<9, 33>>([](auto x) { return std::tuple(argmax<0>(x), argmax<1>(x)); })
      .torch<F<2, 3, 4>>("argmax__all", [](auto x) { return argmax(reshape<-1>(x)); })
      .torch<F<2, 3, 4>>("argmax__dim-1_keep", [](auto x) { return reshape<2, 3, 1>(argmax<-1>(x)); })
      .torch<F<2, 3, 4>>("argmax__dim0", [](auto x) { return argmax<0>(x); })
      .torch<F<2, 3, 4>>("argmax__dim1", [](auto x) { return argmax<1>(x); })
      .torch<F<2, 4>>("argmax__ties", [](auto x) { return argmax<1>(x); });
  return row;
}

}  // namespace

const std::vector<Row>& reduction_rows() {
  static const std::vector<Row> rows{sum_row(), max_row(), mean_row(), argmax_row()};
  return rows;
}

TEST_CASE("reductions") { check_all(reduction_rows()); }

}  // namespace stator::tests
