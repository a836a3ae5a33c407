// Rows of variance, norms and other reductions made of sums.
#include "dsl/ops/statistics.h"
#include "dsl/stator.h"
#include "tests/catch.h"
#include "tests/ops/check_row.h"
#include "tests/ops/rows.h"

namespace stator::tests {

namespace {

using X = F<2, 3, 4>;

/// `NAME__all_correction0` ... of var and std: `spread<axes>(x, keep..., correction)`.
template <class Spread> Row spread_row(const std::string& op, Spread spread) {
  Row row(op);
  row.at<F<batch, 17>>([=](auto x) { return spread.template operator()<1>(x); })
      .template at<F<batch, 17>>([=](auto x) { return spread.template operator()<0>(x, 0.0); })
      .template at<F<batch, 3, 5>>([=](auto x) { return spread.template operator()<0, 2>(x, keepdim); })
      .template at<F<129, 515>>([=](auto x) { return spread.template operator()<1>(x); });
  for (int correction : {0, 1}) {
    const std::string tail = "_correction" + std::to_string(correction);
    const double c = correction;
    row.template torch<X>(op + "__all" + tail, [=](auto x) { return spread.template operator()<>(x, c); })
        .template torch<X>(op + "__all_keep" + tail,
                           [=](auto x) { return spread.template operator()<>(x, keepdim, c); })
        .template torch<X>(op + "__dim-1_keep" + tail,
                           [=](auto x) { return spread.template operator()<-1>(x, keepdim, c); })
        .template torch<X>(op + "__dim0_2" + tail, [=](auto x) { return spread.template operator()<0, 2>(x, c); })
        .template torch<X>(op + "__dim0_2_keep" + tail,
                           [=](auto x) { return spread.template operator()<0, 2>(x, keepdim, c); })
        .template torch<X>(op + "__dim0" + tail, [=](auto x) { return spread.template operator()<0>(x, c); })
        .template torch<X>(op + "__dim1" + tail, [=](auto x) { return spread.template operator()<1>(x, c); });
  }
  return row;
}

Row norm_row() {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  Row row("norm");
  row.at<F<batch, 17>>([](auto x) { return norm<0>(x); })
      .at<F<batch, 17>>([](auto x) { return norm<1>(x, keepdim, 1.0); })
      .at<F<129, 515>>([](auto x) { return norm<1>(x, 3.0); });
  const std::pair<const char*, double> powers[]{{"2", 2},     {"1", 1},          {"3", 3},
                                                {"0.5", 0.5}, {"inf", infinity}, {"-inf", -infinity}};
  for (const auto& [name, p] : powers) {
    const std::string op = std::string("norm__p") + name;
    row.torch<X>(op + "_all", [p](auto x) { return norm(x, p); })
        .torch<X>(op + "_dim-1_keep", [p](auto x) { return norm<-1>(x, keepdim, p); })
        .torch<X>(op + "_dim0_2", [p](auto x) { return norm<0, 2>(x, p); })
        .torch<X>(op + "_dim1", [p](auto x) { return norm<1>(x, p); });
  }
  return row.torch<F<2, 2>>("norm__p2_zero", [](auto x) { return norm<1>(x); });
}

Row normalize_row() {
  using Y = F<3, 4, 2>;
  Row row("normalize");
  row.at<F<batch, 17>>([](auto x) { return normalize(x); })
      .torch<Y>("normalize__p1.0_dim1", [](auto x) { return normalize<1>(x, 1.0); })
      .torch<Y>("normalize__p2.0_dim-1", [](auto x) { return normalize<-1>(x); })
      .torch<Y>("normalize__p2.0_dim1", [](auto x) { return normalize(x); })
      .torch<Y>("normalize__p3.0_dim0", [](auto x) { return normalize<0>(x, 3.0); })
      .torch<F<3, 2>>("normalize__zero_row", [](auto x) { return normalize<1>(x, 2, 0.5); });
  return row;
}

Row logsumexp_row() {
  Row row("logsumexp");
  row.at<F<batch, 17>>([](auto x) { return logsumexp<1>(x); })
      .at<F<batch, 5>>([](auto x) { return logsumexp<0>(x, keepdim); })
      .torch<X>("logsumexp__all_keep", [](auto x) { return logsumexp(x, keepdim); })
      .torch<X>("logsumexp__dim-1_keep", [](auto x) { return logsumexp<-1>(x, keepdim); })
      .torch<X>("logsumexp__dim0", [](auto x) { return logsumexp<0>(x); })
      .torch<X>("logsumexp__dim0_2", [](auto x) { return logsumexp<0, 2>(x); })
      .torch<X>("logsumexp__dim0_2_keep", [](auto x) { return logsumexp<0, 2>(x, keepdim); })
      .torch<X>("logsumexp__dim1", [](auto x) { return logsumexp<1>(x); })
      .torch<F<2, 3>>("logsumexp__large", [](auto x) { return logsumexp<1>(x); });
  return row;
}

Row softmin_row() {
  Row row("softmin");
  row.torch<F<7>>("softmin__1d", [](auto x) { return softmin<0>(x); })
      .torch<X>("softmin__dim-1", [](auto x) { return softmin<-1>(x); })
      .torch<X>("softmin__dim0", [](auto x) { return softmin<0>(x); })
      .torch<X>("softmin__dim1", [](auto x) { return softmin<1>(x); })
      .torch<X>("softmin__dim2", [](auto x) { return softmin<2>(x); })
      .torch<F<2, 3>>("softmin__large", [](auto x) { return softmin<-1>(x); });
  return row;
}

/// any and all: `holds<axes>(truth, keep...)` of what PyTorch's cases compare x with.
template <class Holds, class Truth> Row truth_row(const std::string& op, Truth truth, Holds holds) {
  Row row(op);
  row.at<F<batch, 3>>([=](auto x) { return holds.template operator()<0>(truth(x)); })
      .template at<Tensor<i64, 3, 17>>([=](auto x) { return holds.template operator()<1>(x); })
      .template torch<X>(op + "__all", [=](auto x) { return holds.template operator()<>(truth(x)); })
      .template torch<X>(op + "__dim-1_keep", [=](auto x) { return holds.template operator()<-1>(truth(x), keepdim); })
      .template torch<X>(op + "__dim0", [=](auto x) { return holds.template operator()<0>(truth(x)); })
      .template torch<X>(op + "__dim1", [=](auto x) { return holds.template operator()<1>(truth(x)); });
  return row;
}

}  // namespace

const std::vector<Row>& statistics_rows() {
  static const std::vector<Row> rows{
      spread_row("var", []<int... Axes>(auto x, auto... options) { return var<Axes...>(x, options...); }),
      spread_row("std", []<int... Axes>(auto x, auto... options) { return stator::std<Axes...>(x, options...); }),
      norm_row(),
      normalize_row(),
      logsumexp_row(),
      softmin_row(),
      truth_row(
          "any", [](auto x) { return x > 0.8; },
          []<int... Axes>(auto x, auto... keep) { return any<Axes...>(x, keep...); }),
      truth_row(
          "all", [](auto x) { return x > -1.0; },
          []<int... Axes>(auto x, auto... keep) { return all<Axes...>(x, keep...); }),
  };
  return rows;
}

TEST_CASE("statistics") { check_all(statistics_rows()); }

}  // namespace stator::tests
