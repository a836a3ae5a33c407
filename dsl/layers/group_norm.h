// Normalisation of each sample by itself: groups of its channels, each channel, or a channel's neighbours.
#pragma once

#include "dsl/layers/linear.h"
#include "dsl/ops/arrange.h"
#include "dsl/ops/repeat.h"
#include "dsl/ops/variance.h"

namespace stator {

/// Options of GroupNorm, with PyTorch's defaults.
struct groupnorm {
  double eps = 1e-5;
  bool affine = true;
};
/// Options of InstanceNorm1d, InstanceNorm2d and InstanceNorm3d, with PyTorch's defaults.
struct instancenorm {
  double eps = 1e-5;
  double momentum = 0.1;
  bool affine = false;
  bool track_running_stats = false;
};

namespace detail {
/// [N, C, ...] -> [N, Groups, what is in a group]
template <class X> constexpr rule::Reshape in_groups(long groups) {
  constexpr Extents from = X::tensor::spec.extents;
  Extent rest = divide(from[1], Extent(groups));
  for (int i = 2; i < from.rank; ++i) rest = rest * from[i];
  return {Extents{0, from[0], Extent(groups), rest}};
}
template <class X> constexpr rule::Reshape as_before() { return {X::tensor::spec.extents}; }
/// A number for each channel of [N, C, ...].
template <class X> constexpr rule::Reshape for_channels() {
  Extents extents;
  for (int i = 1; i < X::tensor::spec.rank(); ++i) extents.push(i == 1 ? X::tensor::spec.extents[1] : Extent(1));
  return {extents};
}
/// y * weight + bias for each channel, where these are there.
template <Operand Y, class W, class B> constexpr auto scaled_channels(const Y& y, const W& weight, const B& bias) {
  if constexpr (Operand<W>) return y * apply<for_channels<Y>()>(weight) + apply<for_channels<Y>()>(bias);
  else return y;
}
}  // namespace detail

/// Each group of channels of a sample brought to mean 0 and variance 1 (the biased one), then * weight + bias for each
/// channel. Source: torch.nn.GroupNorm (Wu and He 2018).
/// Shapes: x [N, Channels, ...] -> the same; weight and bias [Channels], f32.
template <long Groups, long Channels, groupnorm Options = groupnorm{}> struct GroupNorm {
  static_assert(Groups > 0 && Channels % Groups == 0, "GroupNorm: num_groups does not divide num_channels");

  [[no_unique_address]] if_there<Options.affine, Parameter<f32, Channels>> weight = fill(1);
  [[no_unique_address]] if_there<Options.affine, Parameter<f32, Channels>> bias = fill(0);

  template <class X> static constexpr bool takes() {
    return spec_of<X>.rank() >= 2 && spec_of<X>.extents[1] == Extent(Channels);
  }
  template <Operand X> requires(takes<X>()) constexpr auto operator()(const X& x) const {
    auto groups = apply<detail::in_groups<X>(Groups)>(x);
    auto center = mean<-1>(groups, keepdim);
    auto y = detail::standardized(groups, center, detail::variance<-1>(groups, center), Options.eps);
    return detail::scaled_channels(apply<detail::as_before<X>()>(y), weight, bias);
  }
  template <Operand X> requires(!takes<X>())
  ShapeError<"GroupNorm: the input is not [N, num_channels, ...]", shape_of<X>, GroupNorm> operator()(const X& x) const;
};

/// Each channel of a sample brought to mean 0 and variance 1 by its own statistics, or, in evaluation and where they
/// are tracked, by running ones; those follow the batch's means of means and of unbiased variances in training. Source:
/// torch.nn.InstanceNorm1d, InstanceNorm2d and InstanceNorm3d (Ulyanov et al. 2016).
/// Shapes: x [N, Features, ...] with `Axes` further axes -> the same; all state [Features], f32, and
/// num_batches_tracked [], i64, which stays 0.
template <int Axes, long Features, instancenorm Options> struct InstanceNorm {
  static constexpr bool tracks = Options.track_running_stats;

  [[no_unique_address]] if_there<Options.affine, Parameter<f32, Features>> weight = fill(1);
  [[no_unique_address]] if_there<Options.affine, Parameter<f32, Features>> bias = fill(0);
  [[no_unique_address]] if_there<tracks, Buffer<f32, Features>> running_mean = fill(0);
  [[no_unique_address]] if_there<tracks, Buffer<f32, Features>> running_var = fill(1);
  [[no_unique_address]] if_there<tracks, Buffer<i64>> num_batches_tracked = fill(0);

  template <class X> static constexpr bool takes() {
    return spec_of<X>.rank() == Axes + 2 && spec_of<X>.extents[1] == Extent(Features);
  }
  template <Operand X> requires(takes<X>()) constexpr auto operator()(const X& x) const {
    return detail::scaled_channels(standard(x, std::make_integer_sequence<int, Axes>()), weight, bias);
  }
  template <Operand X> requires(!takes<X>())
  ShapeError<"InstanceNorm: the input is not [N, num_features, ...] of the layer's rank", shape_of<X>, InstanceNorm>
  operator()(const X& x) const;

 private:
  template <Operand X, int... Spatial>
  constexpr auto standard(const X& x, std::integer_sequence<int, Spatial...>) const {
    if constexpr (tracks) {
      if (!x.context->training()) {
        auto wide = [](const auto& channels) { return apply<detail::for_channels<X>()>(channels); };
        return detail::standardized(x, wide(running_mean.value()), wide(running_var.value()), Options.eps);
      }
    }
    auto center = mean<(Spatial + 2)...>(x, keepdim);
    auto spread = detail::variance<(Spatial + 2)...>(x, center);
    if constexpr (tracks) {
      auto n = apply<rule::Count{Integers((Spatial + 2)...)}>(x);
      follow(running_mean, center);
      follow(running_var, spread * (n / maximum(n - 1.0, 1.0)));
    }
    return detail::standardized(x, center, spread, Options.eps);
  }
  /// Moves a running statistic towards the mean over the batch.
  template <Operand S> static constexpr void follow(const Buffer<f32, Features>& running, const S& statistic) {
    auto now = reshape<Features>(mean<0>(statistic));
    assign(running, running.value() + Options.momentum * (now - running.value()));
  }
};

template <long Features, instancenorm Options = instancenorm{}> using InstanceNorm1d =
    InstanceNorm<1, Features, Options>;
template <long Features, instancenorm Options = instancenorm{}> using InstanceNorm2d =
    InstanceNorm<2, Features, Options>;
template <long Features, instancenorm Options = instancenorm{}> using InstanceNorm3d =
    InstanceNorm<3, Features, Options>;

namespace detail {
/// The sum of `Size` neighbours along axis 1.
template <long Count, Operand X, long... I>
constexpr auto sum_of_neighbours(const X& x, std::integer_sequence<long, I...>) {
  return (slice<1, I, I + Count>(x) + ...);
}
template <class X> inline constexpr bool has_channels =
    X::tensor::spec.rank() >= 3 && X::tensor::spec.extents[1].is_number();
}  // namespace detail

/// x / (k + alpha * the mean of x^2 over `Size` neighbouring channels)^beta; channels beyond the ends count as zeros.
/// Source: torch.nn.functional.local_response_norm (Krizhevsky et al. 2012).
/// Shapes: x [N, C, ...] -> the same.
template <long Size, Operand X> requires(Size >= 1 && detail::has_channels<X>)
constexpr auto local_response_norm(const X& x, double alpha = 1e-4, double beta = 0.75, double k = 1) {
  constexpr long channels = spec_of<X>.extents[1].number;
  auto squares = detail::bordered<PaddingMode::zeros, 1, Size / 2, (Size - 1) / 2>(square(x), 0);
  auto sums = detail::sum_of_neighbours<channels>(squares, std::make_integer_sequence<long, Size>());
  return x / pow(sums * (alpha / static_cast<double>(Size)) + k, beta);
}
template <long Size, Operand X> requires(Size < 1 || !detail::has_channels<X>)
ShapeError<"local_response_norm: the input is not [N, C, ...], or the size is below 1", shape_of<X>>
local_response_norm(const X& x, double alpha = 1e-4, double beta = 0.75, double k = 1);

}  // namespace stator
