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

template <Reduction R> constexpr auto squared = [](auto x, auto y) { return mse_loss<R>(x, y); };

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
  static const std::vector<Row> rows{softmax_row(), log_softmax_row(), mse_loss_row()};
  return rows;
}

TEST_CASE("softmax and losses") { check_all(loss_rows()); }

}  // namespace stator::tests
