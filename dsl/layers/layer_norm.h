// Layer normalisation: the last axes of each row brought to mean 0 and variance 1, or to mean square 1.
#pragma once

#include "dsl/layers/linear.h"
#include "dsl/ops/variance.h"

namespace stator {

/// Options of LayerNorm, with PyTorch's defaults: `LayerNorm<768, st::layernorm{.eps = 1e-6}>`.
struct layernorm {
  double eps = 1e-5;
  bool elementwise_affine = true;
  bool bias = true;
};

/// Options of RMSNorm, with PyTorch's defaults; eps is what f32 adds to 1 at least.
struct rmsnorm {
  double eps = 1.1920928955078125e-07;
  bool elementwise_affine = true;
};

namespace detail {
/// Reads the arguments of `LayerNorm` and `RMSNorm`: extents, and options behind them.
template <class Options> struct NormArguments {
  TensorSpec normalized;
  Options options;

  template <class... A> static constexpr NormArguments read(const A&... arguments) {
    NormArguments made;
    (made.take(arguments), ...);
    return made;
  }
  constexpr void take(const Options& given) { options = given; }
  constexpr void take(long extent) { normalized.extents.push(Extent(extent)); }
};
template <class Options, auto... Arguments> struct NormalizedShape {
  static constexpr TensorSpec spec = NormArguments<Options>::read(Arguments...).normalized;
};

template <class T> struct parameter_of;
template <class D, auto... E> struct parameter_of<type::Tensor<D, E...>> {
  using type = Parameter<D, E...>;
};

/// Whether the last extents of `X` are those of `N`.
template <class X, class N> constexpr bool ends_with() {
  constexpr Extents x = X::tensor::spec.extents, n = N::spec.extents;
  if (x.rank < n.rank || n.rank == 0) return false;
  for (int i = 1; i <= n.rank; ++i)
    if (x[-i] != n[-i]) return false;
  return true;
}

template <int... Back, Operand X>
constexpr auto standardized_last(const X& x, double eps, std::integer_sequence<int, Back...>) {
  auto center = mean<(-1 - Back)...>(x, keepdim);
  return standardized(x, center, variance<(-1 - Back)...>(x, center), eps);
}
template <int... Back, Operand X>
constexpr auto scaled_last(const X& x, double eps, std::integer_sequence<int, Back...>) {
  return x * rsqrt(mean<(-1 - Back)...>(square(x), keepdim) + eps);
}
}  // namespace detail

/// (x - mean) / sqrt(variance + eps) * weight + bias, over the last axes, of which the extents are given; the variance
/// is the biased one. Source: torch.nn.LayerNorm (Ba, Kiros and Hinton 2016).
/// Shapes: x [..., Extents...] -> the same; weight and bias [Extents...], f32.
///
///     st::LayerNorm<128> norm1;
///     st::LayerNorm<8, 16, st::layernorm{.eps = 1e-6, .bias = false}> norm2;
template <auto... Arguments> struct LayerNorm {
  static constexpr layernorm options = detail::NormArguments<layernorm>::read(Arguments...).options;
  static constexpr bool has_weight = options.elementwise_affine, has_bias = has_weight && options.bias;
  using normalized = detail::NormalizedShape<layernorm, Arguments...>;
  using affine = typename detail::parameter_of<tensor_from_t<normalized>>::type;

  [[no_unique_address]] if_there<has_weight, affine> weight = fill(1);
  [[no_unique_address]] if_there<has_bias, affine> bias = fill(0);

  template <Operand X> requires(detail::ends_with<X, normalized>()) constexpr auto operator()(const X& x) const {
    auto y = detail::standardized_last(x, options.eps, std::make_integer_sequence<int, normalized::spec.rank()>());
    if constexpr (has_bias) return y * weight + bias;
    else if constexpr (has_weight) return y * weight;
    else return y;
  }
  template <Operand X> requires(!detail::ends_with<X, normalized>())
  ShapeError<"LayerNorm: normalized_shape differs from the input's last extents", shape_of<X>, LayerNorm> operator()(
      const X& x) const;
};

/// x / sqrt(mean of x^2 + eps) * weight, over the last axes, of which the extents are given. Source: torch.nn.RMSNorm
/// (Zhang and Sennrich 2019).
/// Shapes: x [..., Extents...] -> the same; weight [Extents...], f32.
///
///     st::RMSNorm<128, st::rmsnorm{.eps = 1e-6}> norm;
template <auto... Arguments> struct RMSNorm {
  static constexpr rmsnorm options = detail::NormArguments<rmsnorm>::read(Arguments...).options;
  using normalized = detail::NormalizedShape<rmsnorm, Arguments...>;
  using affine = typename detail::parameter_of<tensor_from_t<normalized>>::type;

  [[no_unique_address]] if_there<options.elementwise_affine, affine> weight = fill(1);

  template <Operand X> requires(detail::ends_with<X, normalized>()) constexpr auto operator()(const X& x) const {
    auto y = detail::scaled_last(x, options.eps, std::make_integer_sequence<int, normalized::spec.rank()>());
    if constexpr (options.elementwise_affine) return y * weight;
    else return y;
  }
  template <Operand X> requires(!detail::ends_with<X, normalized>())
  ShapeError<"RMSNorm: normalized_shape differs from the input's last extents", shape_of<X>, RMSNorm> operator()(
      const X& x) const;
};

}  // namespace stator
