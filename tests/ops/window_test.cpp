// Rows of the poolings.
#include "dsl/stator.h"
#include "tests/catch.h"
#include "tests/ops/check_row.h"
#include "tests/ops/rows.h"
#include "tests/ops/run.h"
#include "tests/ops/torch_cases.h"

namespace stator::tests {

namespace {

constexpr Size2d kernel{2, 3}, padding{0, 1};  // of the rectangular cases

/// A pooling at several sizes; `pool<kernel, stride, padding>(x)`.
template <class Pool> Row& poolings(Row& row, Pool pool) {
  return row.template at<F<2, 3, 8, 6>>([=](auto x) { return pool.template operator()<2, 2, 0>(x); })
      .template at<F<batch, 5, 9, 7>>([=](auto x) { return pool.template operator()<3, 2, 1>(x); })
      .template at<F<batch, 1, 7, 7>>([=](auto x) { return pool.template operator()<3, 1, 0>(x); })
      .template at<F<1, 17, 5, 5>>([=](auto x) { return relu(pool.template operator()<2, 2, 1>(x)); })
      .template at<F<2, 4, 8, 8>>([=](auto x) { return pool.template operator()<1, 2, 0>(x); })
      .template at<F<4, 32, 24, 24>>([=](auto x) { return pool.template operator()<2, 2, 0>(x); });
}

Row max_pool2d_row() {
  Row row("max_pool2d");
  row.covers({"max_pool2d_grad", "max_pool2d_positions", "max_pool2d_scatter"});
  poolings(row, []<int K, int S, int P>(auto x) { return max_pool2d<K, S, P>(x); });
  row.at<F<batch, 3, 9, 10>>([](auto x) { return max_pool2d<3, 2, 1, 2>(x); })
      .at<F<batch, 3, 8, 10>>([](auto x) { return max_pool2d<3, 2, 1, 1, true>(x); })
      .special<F<2, 17, 6, 6>>([](auto x) { return max_pool2d<3, 1, 1>(x); })
      .torch<F<1, 2, 7, 7>>("max_pool2d__dilation2", [](auto x) { return max_pool2d<2, 1, 0, 2>(x); })
      .torch<F<2, 2, 4, 6>>("max_pool2d__k2", [](auto x) { return max_pool2d<2>(x); })
      .torch<F<1, 2, 5, 6>>("max_pool2d__k2_ceil_pad", [](auto x) { return max_pool2d<2, 2, 1, 1, true>(x); })
      .torch<F<1, 2, 5, 5>>("max_pool2d__k2_odd", [](auto x) { return max_pool2d<2>(x); })
      .torch<F<1, 2, 6, 6>>("max_pool2d__k3s2_ceil", [](auto x) { return max_pool2d<3, 2, 0, 1, true>(x); })
      .torch<F<1, 2, 7, 7>>("max_pool2d__k3s2p1", [](auto x) { return max_pool2d<3, 2, 1>(x); })
      .torch<F<1, 2, 5, 5>>("max_pool2d__overlap", [](auto x) { return max_pool2d<3, 1>(x); })
      .torch<F<1, 2, 6, 7>>("max_pool2d__rectangular",
                            [](auto x) { return max_pool2d<kernel, Size2d(2, 1), padding>(x); })
      .torch<F<2, 3, 4, 5>>("global_max_pool2d", [](auto x) { return flatten(max_pool2d<Size2d(4, 5)>(x)); });
  return row;
}

/// Indices have no gradient; whole numbers make ties, of which the first is meant.
Row max_pool2d_indices_row() {
  Row row("max_pool2d_indices");
  row.without_gradient().domains({{-3, 3, true}});
  poolings(row, []<int K, int S, int P>(auto x) { return max_pool2d_with_indices<K, S, P>(x).indices; });
  row.at<F<batch, 3, 9, 10>>([](auto x) { return max_pool2d_with_indices<3, 2, 1, 2>(x).indices; })
      .at<F<2, 17, 8, 10>>([](auto x) { return max_pool2d_with_indices<3, 2, 1, 1, true>(x).indices; })
      .special<F<2, 17, 6, 6>>([](auto x) { return max_pool2d_with_indices<3, 1, 1>(x).indices; });
  return row;
}

Row avg_pool2d_row() {
  using Image = F<1, 2, 7, 7>;
  Row row("avg_pool2d");
  row.covers({"avg_pool2d_grad"});
  poolings(row, []<int K, int S, int P>(auto x) { return avg_pool2d<K, S, P>(x); });
  row.at<F<batch, 17, 8, 10>>([](auto x) { return avg_pool2d<3, 2, 1, true, false>(x); })
      .torch<F<1, 2, 5, 5>>("avg_pool2d__ceil", [](auto x) { return avg_pool2d<2, 2, 0, true>(x); })
      .torch<F<1, 2, 4, 4>>("avg_pool2d__divisor", [](auto x) { return avg_pool2d<2, 2, 0, false, true, 3>(x); })
      .torch<F<2, 2, 4, 6>>("avg_pool2d__k2", [](auto x) { return avg_pool2d<2>(x); })
      .torch<F<1, 2, 6, 6>>("avg_pool2d__k3s2p1_ceil_exclude",
                            [](auto x) { return avg_pool2d<3, 2, 1, true, false>(x); })
      .torch<F<1, 2, 6, 6>>("avg_pool2d__k3s2p1_ceil_include", [](auto x) { return avg_pool2d<3, 2, 1, true>(x); })
      .torch<Image>("avg_pool2d__k3s2p1_exclude", [](auto x) { return avg_pool2d<3, 2, 1, false, false>(x); })
      .torch<Image>("avg_pool2d__k3s2p1_include", [](auto x) { return avg_pool2d<3, 2, 1>(x); })
      .torch<F<1, 2, 5, 6>>("avg_pool2d__rectangular_exclude",
                            [](auto x) { return avg_pool2d<kernel, Size2d(1, 2), padding, false, false>(x); })
      .torch<F<1, 2, 5, 6>>("avg_pool2d__rectangular_include",
                            [](auto x) { return avg_pool2d<kernel, Size2d(1, 2), padding>(x); })
      .torch<F<2, 3, 4, 5>>("global_avg_pool2d", [](auto x) { return mean<2, 3>(x); });
  return row;
}

Row max_pool1d_row() {
  Row row("max_pool1d");
  row.at<F<batch, 4, 12>>([](auto x) { return max_pool1d<3, 2, 1, 1, true>(x); })
      .torch<F<1, 2, 9>>("max_pool1d__dilation2", [](auto x) { return max_pool1d<3, 1, 0, 2>(x); })
      .torch<F<2, 3, 7>>("max_pool1d__k2", [](auto x) { return max_pool1d<2>(x); })
      .torch<F<2, 3, 8>>("max_pool1d__k3s2p1", [](auto x) { return max_pool1d<3, 2, 1>(x); });
  return row;
}

Row avg_pool1d_row() {
  Row row("avg_pool1d");
  row.at<F<batch, 4, 12>>([](auto x) { return avg_pool1d<3, 2, 1, true, false>(x); })
      .torch<F<2, 3, 7>>("avg_pool1d__k2", [](auto x) { return avg_pool1d<2>(x); })
      .torch<F<2, 3, 8>>("avg_pool1d__k3s2p1", [](auto x) { return avg_pool1d<3, 2, 1>(x); });
  return row;
}

}  // namespace

const std::vector<Row>& window_rows() {
  static const std::vector<Row> rows{max_pool2d_row(), max_pool2d_indices_row(), avg_pool2d_row(), max_pool1d_row(),
                                     avg_pool1d_row()};
  return rows;
}

TEST_CASE("poolings") { check_all(window_rows()); }

TEST_CASE("indices of max_pool2d are PyTorch's") {
  const auto check = [](const std::string& name, ProgramGraph program) {
    const std::vector<TensorValue> inputs = torch_case(name).inputs;
    INFO(name);
    CHECK(interpreted(program, name, 1, inputs)[0].elements == torch_tensor(name, "out.indices").elements);
    CHECK(CompiledProgram(program, 1).run(name, inputs)[0].elements == torch_tensor(name, "out.indices").elements);
  };
  const auto dilated = [](auto x) { return max_pool2d_with_indices<2, 1, 0, 2>(x).indices; };
  const auto up = [](auto x) { return max_pool2d_with_indices<2, 2, 1, 1, true>(x).indices; };
  const auto padded = [](auto x) { return max_pool2d_with_indices<3, 2, 1>(x).indices; };
  check("max_pool2d__dilation2", traced<F<1, 2, 7, 7>>("max_pool2d__dilation2", dilated));
  check("max_pool2d__k2_ceil_pad", traced<F<1, 2, 5, 6>>("max_pool2d__k2_ceil_pad", up));
  check("max_pool2d__k3s2p1", traced<F<1, 2, 7, 7>>("max_pool2d__k3s2p1", padded));
}

}  // namespace stator::tests
