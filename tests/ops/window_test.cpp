// Rows of the poolings.
#include "dsl/stator.h"
#include "tests/catch.h"
#include "tests/ops/check_row.h"
#include "tests/ops/rows.h"

namespace stator::tests {

namespace {

using Max = rule::MaxPool2d;
using Avg = rule::AvgPool2d;

/// A pooling at several sizes; `pool<kernel, stride, padding>(x)`.
template <class Pool> Row& poolings(Row& row, Pool pool) {
  return row.template at<F<2, 3, 8, 6>>([=](auto x) { return pool.template operator()<2, 0, 0>(x); })
      .template at<F<batch, 5, 9, 7>>([=](auto x) { return pool.template operator()<3, 2, 1>(x); })
      .template at<F<batch, 1, 7, 7>>([=](auto x) { return pool.template operator()<3, 1, 0>(x); })
      .template at<F<1, 17, 5, 5>>([=](auto x) { return relu(pool.template operator()<2, 2, 1>(x)); })
      .template at<F<4, 32, 24, 24>>([=](auto x) { return pool.template operator()<2, 0, 0>(x); });
}

Row max_pool2d_row() {
  Row row("max_pool2d");
  row.covers({"max_pool2d_grad"});
  poolings(row, []<int K, int S, int P>(auto x) { return max_pool2d<K, S, P>(x); });
  row.special<F<2, 17, 6, 6>>([](auto x) { return max_pool2d<3, 1, 1>(x); })
      .torch<F<2, 2, 4, 6>>("max_pool2d__k2", [](auto x) { return max_pool2d<2>(x); })
      .torch<F<1, 2, 5, 5>>("max_pool2d__k2_odd", [](auto x) { return max_pool2d<2>(x); })
      .torch<F<1, 2, 7, 7>>("max_pool2d__k3s2p1", [](auto x) { return max_pool2d<3, 2, 1>(x); })
      .torch<F<1, 2, 5, 5>>("max_pool2d__overlap", [](auto x) { return max_pool2d<3, 1>(x); })
      .torch<F<1, 2, 6, 7>>("max_pool2d__rectangular", [](auto x) {
        return apply<Max{{Integers{2, 3}, Integers{2, 1}, Integers{0, 1}, Integers{2, 3}}}>(x);
      });
  return row;
}

Row avg_pool2d_row() {
  Row row("avg_pool2d");
  row.covers({"avg_pool2d_grad"});
  poolings(row, []<int K, int S, int P>(auto x) { return avg_pool2d<K, S, P>(x); });
  row.torch<F<2, 2, 4, 6>>("avg_pool2d__k2", [](auto x) { return avg_pool2d<2>(x); })
      .torch<F<1, 2, 7, 7>>("avg_pool2d__k3s2p1_include", [](auto x) { return avg_pool2d<3, 2, 1>(x); })
      .torch<F<1, 2, 5, 6>>(
          "avg_pool2d__rectangular_include",
          [](auto x) { return apply<Avg{{Integers{2, 3}, Integers{1, 2}, Integers{0, 1}, Integers{2, 3}}}>(x); })
      .torch<F<2, 3, 4, 5>>("global_avg_pool2d", [](auto x) { return mean<2, 3>(x); });
  return row;
}

}  // namespace

const std::vector<Row>& window_rows() {
  static const std::vector<Row> rows{max_pool2d_row(), avg_pool2d_row()};
  return rows;
}

TEST_CASE("poolings") { check_all(window_rows()); }

}  // namespace stator::tests
