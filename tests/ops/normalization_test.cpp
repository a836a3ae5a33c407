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

}  // namespace

const std::vector<Row>& normalization_rows() {
  static const std::vector<Row> rows{layer_norm_row(), batch_norm_row()};
  return rows;
}

TEST_CASE("normalisation layers") { check_all(normalization_rows()); }

}  // namespace stator::tests
