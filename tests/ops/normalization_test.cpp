// Rows of the normalisation layers, which are composed of other ops. Running statistics over steps are in tests/e2e.
#include "dsl/stator.h"
#include "tests/catch.h"
#include "tests/ops/check_row.h"
#include "tests/ops/rows.h"

namespace stator::tests {

namespace {

/// A layer with these values as its parameters.
template <class Layer> Layer with(const Handle& weight) {
  Layer layer{};
  static_cast<Handle&>(layer.weight) = weight;
  return layer;
}
template <class Layer> Layer with(const Handle& weight, const Handle& bias) {
  Layer layer = with<Layer>(weight);
  static_cast<Handle&>(layer.bias) = bias;
  return layer;
}

template <class Layer> constexpr auto plain = [](auto x) { return Layer{}(x); };
template <class Layer>
constexpr auto affine = [](auto x, auto weight, auto bias) { return with<Layer>(weight, bias)(x); };

Row layer_norm_row() {
  Row row("layer_norm");
  row.at<F<3, 17>, F<17>, F<17>>(affine<LayerNorm<17>>)
      .at<F<5, 2, 33>, F<2, 33>, F<2, 33>>(affine<LayerNorm<2, 33>>)
      .at<F<batch, 10>, F<10>, F<10>>(affine<LayerNorm<10>>)
      .at<F<batch, 3, 7>, F<7>, F<7>>(affine<LayerNorm<7>>)
      .at<F<batch, 515>>(plain<LayerNorm<515, layernorm{.elementwise_affine = false}>>)
      .torch<F<4, 5>, F<5>, F<5>>("layer_norm__eps1e-2", affine<LayerNorm<5, layernorm{.eps = 1e-2}>>)
      .torch<F<2, 3, 6>, F<6>, F<6>>("layer_norm__last", affine<LayerNorm<6>>)
      .torch<F<2, 3, 4>, F<3, 4>, F<3, 4>>("layer_norm__last_two", affine<LayerNorm<3, 4>>)
      .torch<F<2, 3, 6>>("layer_norm__no_affine", plain<LayerNorm<6, layernorm{.elementwise_affine = false}>>)
      .torch<F<2, 3, 6>, F<6>>("layer_norm__no_bias", [](auto x, auto weight) {
        return with<LayerNorm<6, layernorm{.bias = false}>>(weight)(x);
      });
  return row;
}

constexpr batchnorm no_stats{.track_running_stats = false}, no_affine{.affine = false};
constexpr Mode evaluating{.training = false};
const TorchNames y_alone{{"in.x"}, {"out.y"}},
    y_and_statistics{{"in.x"}, {"out.y", "out.running_mean", "out.running_var"}};

constexpr auto normalized = [](const auto& layer, auto x) { return layer(x); };
constexpr auto and_statistics = [](const auto& layer, auto x) {
  auto y = layer(x);
  return std::tuple(y, layer.running_mean.value(), layer.running_var.value());
};

void add_training_cases(Row& row) {
  using Images = F<3, 2, 3, 4>;
  using Other = BatchNorm2d<2, batchnorm{.eps = 1e-3, .momentum = 0.3}>;
  using Cumulative = BatchNorm2d<2, batchnorm{.momentum = cumulative}>;
  row.torch_layer<BatchNorm1d<3>, F<5, 3>>("batch_norm1d__train_2d", y_and_statistics, and_statistics)
      .torch_layer<BatchNorm1d<3>, F<4, 3, 5>>("batch_norm1d__train_3d", y_and_statistics, and_statistics)
      .torch_layer<BatchNorm2d<2>, Images>("batch_norm2d__train_4d", y_and_statistics, and_statistics)
      .torch_layer<BatchNorm2d<2, no_affine>, Images>("batch_norm2d__train_no_affine", y_and_statistics, and_statistics)
      .torch_layer<BatchNorm2d<2, no_stats>, Images>("batch_norm2d__train_no_stats", y_alone, normalized)
      .torch_layer<Other, Images>("batch_norm2d__train_momentum0.3_eps1e-3", y_and_statistics, and_statistics)
      .torch_layer<Cumulative, Images>("batch_norm2d__train_cumulative", y_and_statistics, and_statistics,
                                       {.training = true, .batches = 2})
      .torch_layer<BatchNorm3d<2>, F<2, 2, 2, 2, 3>>("batch_norm3d__train_5d", y_and_statistics, and_statistics);
}

void add_evaluation_cases(Row& row) {
  using Images = F<3, 2, 3, 4>;
  row.torch_layer<BatchNorm1d<3>, F<5, 3>>("batch_norm1d__eval_2d", y_alone, normalized, evaluating)
      .torch_layer<BatchNorm1d<3>, F<4, 3, 5>>("batch_norm1d__eval_3d", y_alone, normalized, evaluating)
      .torch_layer<BatchNorm2d<2>, Images>("batch_norm2d__eval_4d", y_alone, normalized, evaluating)
      .torch_layer<BatchNorm2d<2, no_affine>, Images>("batch_norm2d__eval_no_affine", y_alone, normalized, evaluating)
      .torch_layer<BatchNorm2d<2, no_stats>, Images>("batch_norm2d__eval_no_stats", y_alone, normalized, evaluating)
      .torch_layer<BatchNorm3d<2>, F<2, 2, 2, 2, 3>>("batch_norm3d__eval_5d", y_alone, normalized, evaluating);
}

Row batch_norm_row() {
  Row row("batch_norm");
  row.at<F<17, 3>, F<3>, F<3>>(affine<BatchNorm1d<3, no_stats>>)
      .at<F<batch, 17>, F<17>, F<17>>(affine<BatchNorm1d<17, no_stats>>)
      .at<F<batch, 3, 9>, F<3>, F<3>>(affine<BatchNorm1d<3, no_stats>>)
      .at<F<batch, 5, 3, 7>, F<5>, F<5>>(affine<BatchNorm2d<5, no_stats>>)
      .at<F<9, 33, 8, 8>, F<33>, F<33>>(affine<BatchNorm2d<33, no_stats>>);
  add_training_cases(row);
  add_evaluation_cases(row);
  return row;
}

Row rms_norm_row() {
  Row row("rms_norm");
  row.at_layer<RMSNorm<2, 33>, F<batch, 2, 33>>(normalized)
      .torch_layer<RMSNorm<5, rmsnorm{.eps = 1e-2}>, F<4, 5>>("rms_norm__eps1e-2", y_alone, normalized)
      .torch_layer<RMSNorm<6>, F<2, 6>>("rms_norm__eps_default", y_alone, normalized)
      .torch_layer<RMSNorm<6, rmsnorm{.eps = 1e-5}>, F<2, 3, 6>>("rms_norm__last", y_alone, normalized)
      .torch_layer<RMSNorm<3, 4, rmsnorm{.eps = 1e-5}>, F<2, 3, 4>>("rms_norm__last_two", y_alone, normalized)
      .torch_layer<RMSNorm<6, rmsnorm{.eps = 1e-5, .elementwise_affine = false}>, F<2, 3, 6>>("rms_norm__no_affine",
                                                                                              y_alone, normalized);
  return row;
}

template <long Groups, long Channels, long... Rest> void add_group_cases(Row& row) {
  using X = F<2, Channels, Rest...>;
  using Plain = GroupNorm<Groups, Channels, groupnorm{.affine = false}>;
  const std::string name = "group_norm__g" + std::to_string(Groups);
  row.torch_layer<GroupNorm<Groups, Channels>, X>(name, y_alone, normalized);
  row.torch_layer<Plain, X>(name + "_no_affine", y_alone, normalized);
}

Row group_norm_row() {
  Row row("group_norm");
  row.at_layer<GroupNorm<3, 6>, F<batch, 6, 5, 3>>(normalized).at_layer<GroupNorm<2, 34>, F<batch, 34>>(normalized);
  add_group_cases<1, 4, 3>(row);
  add_group_cases<2, 4, 3, 3>(row);
  add_group_cases<4, 4, 3, 3>(row);
  return row;
}

Row instance_norm_row() {
  using Images = F<2, 3, 3, 4>;
  constexpr instancenorm scaled{.affine = true}, tracked{.track_running_stats = true};
  Row row("instance_norm");
  row.at_layer<InstanceNorm2d<3, tracked>, F<batch, 3, 4, 5>>(and_statistics)
      .torch_layer<InstanceNorm1d<3, scaled>, F<2, 3, 6>>("instance_norm1d__affine", y_alone, normalized)
      .torch_layer<InstanceNorm1d<3>, F<2, 3, 6>>("instance_norm1d__no_affine", y_alone, normalized)
      .torch_layer<InstanceNorm2d<3, scaled>, Images>("instance_norm2d__affine", y_alone, normalized)
      .torch_layer<InstanceNorm2d<3>, Images>("instance_norm2d__no_affine", y_alone, normalized)
      .torch_layer<InstanceNorm2d<3, tracked>, Images>("instance_norm2d__train_stats", y_and_statistics, and_statistics)
      .torch_layer<InstanceNorm2d<3, tracked>, Images>("instance_norm2d__eval_stats", y_alone, normalized, evaluating);
  return row;
}

Row local_response_norm_row() {
  using X = F<2, 6, 3, 2>;
  Row row("local_response_norm");
  row.at<F<batch, 7, 5>>([](auto x) { return local_response_norm<4>(x, 0.5); })
      .torch<X>("local_response_norm__size2", [](auto x) { return local_response_norm<2>(x, 0.5, 0.75, 1); })
      .torch<X>("local_response_norm__size3", [](auto x) { return local_response_norm<3>(x, 0.5, 0.5, 2); })
      .torch<X>("local_response_norm__size5", [](auto x) { return local_response_norm<5>(x); });
  return row;
}

}  // namespace

const std::vector<Row>& normalization_rows() {
  static const std::vector<Row> rows{layer_norm_row(), batch_norm_row(),    rms_norm_row(),
                                     group_norm_row(), instance_norm_row(), local_response_norm_row()};
  return rows;
}

TEST_CASE("normalisation layers") { check_all(normalization_rows()); }

}  // namespace stator::tests
