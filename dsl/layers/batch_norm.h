// Batch normalisation: channels brought to mean 0 and variance 1 by the batch's statistics, or by running ones.
#pragma once

#include "dsl/layers/linear.h"
#include "dsl/ops/variance.h"

namespace stator {

/// As `batchnorm::momentum`: running statistics are the average over all batches so far. PyTorch's momentum=None.
inline constexpr double cumulative = -1;

/// Options of BatchNorm1d and BatchNorm2d, with PyTorch's defaults: `BatchNorm2d<64, st::batchnorm{.momentum = 0.3}>`.
struct batchnorm {
  double eps = 1e-5;
  double momentum = 0.1;
  bool affine = true;
  bool track_running_stats = true;
};

/// (x - mean) / sqrt(variance + eps) * weight + bias for each channel. In training, mean and biased variance are those
/// of the batch's valid rows, and the running ones move towards its mean and unbiased variance (0 for a single element,
/// where PyTorch refuses). In evaluation the running ones are used. Source: torch.nn.BatchNorm1d, BatchNorm2d and
/// BatchNorm3d (Ioffe and Szegedy 2015).
/// Shapes: x [N, Features, ...] with `Axes` further axes, [N, Features] too where `Axes` is 1 -> the same; all state
/// [Features], f32, and num_batches_tracked [], i64.
template <int Axes, long Features, batchnorm Options> struct BatchNorm {
  static constexpr std::string_view layer_name = Axes == 1 ? "BatchNorm1d" : Axes == 2 ? "BatchNorm2d" : "BatchNorm3d";
  static constexpr bool affine = Options.affine, tracks = Options.track_running_stats;

  [[no_unique_address]] if_there<affine, Parameter<f32, Features>> weight = fill(1);
  [[no_unique_address]] if_there<affine, Parameter<f32, Features>> bias = fill(0);
  [[no_unique_address]] if_there<tracks, Buffer<f32, Features>> running_mean = fill(0);
  [[no_unique_address]] if_there<tracks, Buffer<f32, Features>> running_var = fill(1);
  [[no_unique_address]] if_there<tracks, Buffer<i64>> num_batches_tracked = fill(0);

  template <class X> static constexpr bool takes() {
    constexpr Extents extents = X::tensor::spec.extents;
    return (extents.rank == Axes + 2 || (Axes == 1 && extents.rank == 2)) && extents[1] == Extent(Features);
  }

  template <Operand X> requires(takes<X>()) constexpr auto operator()(const X& x) const {
    return normalized(x, std::make_integer_sequence<int, spec_of<X>.rank() - 2>());
  }
  template <Operand X> requires(!takes<X>())
  ShapeError<"BatchNorm: the input is not [N, num_features, ...] of the layer's rank", shape_of<X>, BatchNorm>
  operator()(const X& x) const;

 private:
  template <Operand X, int... Spatial>
  constexpr auto normalized(const X& x, std::integer_sequence<int, Spatial...>) const {
    auto wide = [](const auto& channels) { return reshape<Features, (1 + 0 * Spatial)...>(channels); };
    auto with = [&](const auto& mean, const auto& variance) {
      if constexpr (affine) return (x - mean) * (rsqrt(variance + Options.eps) * wide(weight)) + wide(bias);
      else return detail::standardized(x, mean, variance, Options.eps);
    };
    if constexpr (tracks) {
      if (!x.context->training()) return with(wide(running_mean.value()), wide(running_var.value()));
    }
    auto center = mean<0, (Spatial + 2)...>(x, keepdim);
    auto spread = detail::variance<0, (Spatial + 2)...>(x, center);
    if constexpr (tracks) {
      auto n = apply<rule::Count{Integers(0, (Spatial + 2)...)}>(x);
      follow(reshape<Features>(center), reshape<Features>(spread) * (n / maximum(n - 1.0, 1.0)));
    }
    return with(center, spread);
  }

  /// Moves the running statistics towards those of a batch.
  template <Operand X> constexpr void follow(const X& batch_mean, const X& batch_variance) const {
    auto batches = num_batches_tracked.value() + 1;
    assign(num_batches_tracked, batches);
    auto moved = [&](const auto& before, const auto& now) {
      if constexpr (Options.momentum == cumulative) return before + (now - before) / cast<f32>(batches);
      else return before + Options.momentum * (now - before);
    };
    assign(running_mean, moved(running_mean.value(), batch_mean));
    assign(running_var, moved(running_var.value(), batch_variance));
  }
};

template <long Features, batchnorm Options = batchnorm{}> using BatchNorm1d = BatchNorm<1, Features, Options>;
template <long Features, batchnorm Options = batchnorm{}> using BatchNorm2d = BatchNorm<2, Features, Options>;
template <long Features, batchnorm Options = batchnorm{}> using BatchNorm3d = BatchNorm<3, Features, Options>;

}  // namespace stator
