// Rows of the losses of classes: nll_loss and cross_entropy.
#include "dsl/stator.h"
#include "tests/catch.h"
#include "tests/ops/check_row.h"
#include "tests/ops/rows.h"

namespace stator::tests {

namespace {

using enum Reduction;
using Indices = Tensor<i64, 4>;  // of reference cases: they may hold an ignored class
using Spatial = F<2, 3, 2, 4>;
using SpatialIndices = Tensor<i64, 2, 2, 4>;

constexpr const char* name_of(Reduction reduction) {
  return reduction == mean ? "_mean" : reduction == sum ? "_sum" : "_none";
}

template <auto Options>
constexpr auto nll = [](auto x, auto... rest) { return nll_loss<Options>(assume_log_probabilities(x), rest...); };
template <auto Options> constexpr auto entropy = [](auto... all) { return cross_entropy<Options>(all...); };

template <Reduction R> void add_nll_cases(Row& row) {
  const std::string end = name_of(R);
  row.torch<F<4, 5>, Labels<5, 4>>("nll_loss_" + end, nll<R>);
  row.torch<Spatial, SpatialIndices>("nll_loss__spatial" + end, nll<R>);
  row.torch<F<4, 5>, Indices, F<5>>("nll_loss__weight" + end, nll<R>);
  row.torch<F<4, 5>, Indices>("nll_loss__ignore_index" + end, nll<R>);
}

Row nll_loss_row() {
  Row row("nll_loss");
  row.domains({{-4, 0}, {0, 6, true}, {0.2, 3}})
      .at<F<17, 10>, Labels<10, 17>>(nll<mean>)
      .at<F<batch, 10>, Labels<10, batch>>(nll<mean>)
      .at<F<batch, 33>, Labels<33, batch>>(nll<sum>)
      .at<F<batch, 7>, Labels<7, batch>>(nll<none>)
      .at<F<batch, 7>, Tensor<i64, batch>, F<7>>(nll<NLL{.ignore_index = 2}>)
      .at<F<batch, 7, 3>, Labels<7, batch, 3>, F<7>>(nll<mean>);
  add_nll_cases<mean>(row);
  add_nll_cases<sum>(row);
  add_nll_cases<none>(row);
  return row;
}

template <Reduction R> void add_index_cases(Row& row) {
  const std::string start = "cross_entropy__", end = name_of(R);
  row.torch<F<4, 5>, Labels<5, 4>>(start + "index" + end, entropy<R>);
  row.torch<F<2, 3>, Labels<3, 2>>(start + "large" + end, entropy<R>);
  row.torch<F<2, 4, 3>, Labels<4, 2, 3>>(start + "sequence" + end, entropy<R>);
  row.torch<Spatial, SpatialIndices>(start + "spatial" + end, entropy<R>);
  row.torch<F<5>, Tensor<i64>>(start + "unbatched" + end, entropy<R>);
  row.torch<F<4, 5>, Indices, F<5>>(start + "weight" + end, entropy<R>);
  row.torch<F<4, 5>, Indices>(start + "ignore_index" + end, entropy<R>);
  row.torch<F<4, 5>, Indices, F<5>>(start + "ignore_index2_weight" + end,
                                    entropy<CrossEntropy{.ignore_index = 2, .reduction = R}>);
}

template <Reduction R> void add_smoothed_cases(Row& row) {
  constexpr CrossEntropy tenth{.label_smoothing = 0.1, .reduction = R}, half{.label_smoothing = 0.5, .reduction = R};
  const std::string start = "cross_entropy__", end = name_of(R);
  row.torch<F<4, 5>, Indices>(start + "smoothing0.1" + end, entropy<tenth>);
  row.torch<F<4, 5>, Indices>(start + "smoothing0.5" + end, entropy<half>);
  row.torch<F<4, 5>, Indices, F<5>>(start + "smoothing_weight_ignore" + end, entropy<tenth>);
  row.torch<F<4, 5>, F<4, 5>>(start + "smoothing_probabilities" + end, entropy<tenth>);
  row.torch<F<4, 5>, F<4, 5>>(start + "probabilities" + end, entropy<R>);
  row.torch<F<4, 5>, F<4, 5>, F<5>>(start + "probabilities_weight" + end, entropy<R>);
}

Row cross_entropy_row() {
  constexpr CrossEntropy all{.ignore_index = 3, .label_smoothing = 0.2};
  Row row("cross_entropy");
  row.domains({{-6, 6}, {0, 6, true}, {0.2, 3}})
      .at<F<17, 10>, Labels<10, 17>>(entropy<mean>)
      .at<F<batch, 10>, Labels<10, batch>>(entropy<mean>)
      .at<F<batch, 33>, Labels<33, batch>>(entropy<sum>)
      .at<F<257, 130>, Labels<130, 257>>(entropy<mean>)
      .at<F<batch, 7>, Tensor<i64, batch>>(entropy<CrossEntropy{.ignore_index = 3}>)
      .at<F<batch, 7>, Tensor<i64, batch>, F<7>>(entropy<all>)
      .at<F<batch, 7, 3>, Labels<7, batch, 3>, F<7>>(entropy<CrossEntropy{.label_smoothing = 0.2}>)
      .at<F<batch, 7>, F<batch, 7>, F<7>>(entropy<CrossEntropy{.label_smoothing = 0.2}>);
  add_index_cases<mean>(row);
  add_index_cases<sum>(row);
  add_index_cases<none>(row);
  add_smoothed_cases<mean>(row);
  add_smoothed_cases<sum>(row);
  add_smoothed_cases<none>(row);
  return row;
}

}  // namespace

const std::vector<Row>& class_loss_rows() {
  static const std::vector<Row> rows{nll_loss_row(), cross_entropy_row()};
  return rows;
}

TEST_CASE("losses of classes") { check_all(class_loss_rows()); }

}  // namespace stator::tests
