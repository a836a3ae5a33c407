// Rows of softmax and the losses, which are composed of other ops.
#include "dsl/stator.h"
#include "tests/catch.h"
#include "tests/ops/check_row.h"
#include "tests/ops/rows.h"

namespace stator::tests {

namespace {

using enum Reduction;

constexpr auto softmax_over = []<int Axis>(auto x) { return softmax<Axis>(x); };
constexpr auto log_softmax_over = []<int Axis>(auto x) { return log_softmax<Axis>(x); };

template <class Op> Row& over_axes(Row& row, const std::string& op, Op over) {
  return row.domains({{-6, 6}})
      .template at<F<3, 17>>([=](auto x) { return over.template operator()<-1>(x); })
      .template at<F<17, 1>>([=](auto x) { return over.template operator()<-1>(x); })
      .template at<F<5, 33, 3>>([=](auto x) { return over.template operator()<1>(x); })
      .template at<F<33, 17>>([=](auto x) { return over.template operator()<0>(x); })
      .template at<F<batch, 10>>([=](auto x) { return over.template operator()<1>(x); })
      .template at<F<batch, 3>>([=](auto x) { return over.template operator()<0>(x); })
      .template at<F<129, 515>>([=](auto x) { return over.template operator()<1>(x); })
      .template torch<F<7>>(op + "__1d", [=](auto x) { return over.template operator()<0>(x); })
      .template torch<F<2, 3, 4>>(op + "__dim-1", [=](auto x) { return over.template operator()<-1>(x); })
      .template torch<F<2, 3, 4>>(op + "__dim0", [=](auto x) { return over.template operator()<0>(x); })
      .template torch<F<2, 3, 4>>(op + "__dim1", [=](auto x) { return over.template operator()<1>(x); })
      .template torch<F<2, 3, 4>>(op + "__dim2", [=](auto x) { return over.template operator()<2>(x); })
      .template torch<F<2, 3>>(op + "__large", [=](auto x) { return over.template operator()<-1>(x); });
}

Row softmax_row() {
  Row row("softmax");
  return over_axes(row, "softmax", softmax_over).torch<F<2, 3>>("softmax__masked", [](auto x) { return softmax(x); });
}

Row log_softmax_row() {
  Row row("log_softmax");
  return over_axes(row, "log_softmax", log_softmax_over);
}

template <Reduction R> constexpr auto nll = [](auto x, auto y) { return nll_loss<R>(assume_log_probabilities(x), y); };
template <Reduction R> constexpr auto entropy = [](auto x, auto y) { return cross_entropy<R>(x, y); };
template <Reduction R> constexpr auto squared = [](auto x, auto y) { return mse_loss<R>(x, y); };

Row nll_loss_row() {
  using Spatial = F<2, 3, 2, 4>;
  using Classes = Tensor<i64, 2, 2, 4>;
  Row row("nll_loss");
  row.domains({{-4, 0}})
      .at<F<17, 10>, Labels<10, 17>>(nll<mean>)
      .at<F<batch, 10>, Labels<10, batch>>(nll<mean>)
      .at<F<batch, 33>, Labels<33, batch>>(nll<sum>)
      .at<F<batch, 7>, Labels<7, batch>>(nll<none>)
      .torch<F<4, 5>, Labels<5, 4>>("nll_loss__mean", nll<mean>)
      .torch<F<4, 5>, Labels<5, 4>>("nll_loss__sum", nll<sum>)
      .torch<F<4, 5>, Labels<5, 4>>("nll_loss__none", nll<none>)
      .torch<Spatial, Classes>("nll_loss__spatial_mean", nll<mean>)
      .torch<Spatial, Classes>("nll_loss__spatial_sum", nll<sum>)
      .torch<Spatial, Classes>("nll_loss__spatial_none", nll<none>);
  return row;
}

Row cross_entropy_row() {
  using Spatial = F<2, 3, 2, 4>;
  using Classes = Tensor<i64, 2, 2, 4>;
  Row row("cross_entropy");
  row.domains({{-6, 6}})
      .at<F<17, 10>, Labels<10, 17>>(entropy<mean>)
      .at<F<batch, 10>, Labels<10, batch>>(entropy<mean>)
      .at<F<batch, 33>, Labels<33, batch>>(entropy<sum>)
      .at<F<257, 130>, Labels<130, 257>>(entropy<mean>)
      .torch<F<4, 5>, Labels<5, 4>>("cross_entropy__index_mean", entropy<mean>)
      .torch<F<4, 5>, Labels<5, 4>>("cross_entropy__index_sum", entropy<sum>)
      .torch<F<4, 5>, Labels<5, 4>>("cross_entropy__index_none", entropy<none>)
      .torch<F<2, 3>, Labels<3, 2>>("cross_entropy__large_mean", entropy<mean>)
      .torch<F<2, 3>, Labels<3, 2>>("cross_entropy__large_none", entropy<none>)
      .torch<F<2, 4, 3>, Labels<4, 2, 3>>("cross_entropy__sequence_mean", entropy<mean>)
      .torch<F<2, 4, 3>, Labels<4, 2, 3>>("cross_entropy__sequence_none", entropy<none>)
      .torch<Spatial, Classes>("cross_entropy__spatial_mean", entropy<mean>)
      .torch<Spatial, Classes>("cross_entropy__spatial_sum", entropy<sum>)
      .torch<Spatial, Classes>("cross_entropy__spatial_none", entropy<none>);
  return row;
}

Row mse_loss_row() {
  Row row("mse_loss");
  row.at<F<3, 17>, F<3, 17>>(squared<mean>)
      .at<F<batch, 5>, F<batch, 5>>(squared<mean>)
      .at<F<batch, 5>, F<batch, 5>>(squared<sum>)
      .torch<F<3, 4>, F<3, 4>>("mse_loss__mean", squared<mean>)
      .torch<F<3, 4>, F<3, 4>>("mse_loss__sum", squared<sum>)
      .torch<F<3, 4>, F<3, 4>>("mse_loss__none", squared<none>);
  return row;
}

}  // namespace

const std::vector<Row>& loss_rows() {
  static const std::vector<Row> rows{softmax_row(), log_softmax_row(), nll_loss_row(), cross_entropy_row(),
                                     mse_loss_row()};
  return rows;
}

TEST_CASE("softmax and losses") { check_all(loss_rows()); }

}  // namespace stator::tests
