// Activations made of comparisons and elementwise functions, for expressions and for values. At the points where pieces
// meet, gradients are PyTorch's.
#pragma once

#include "dsl/ops/math.h"

namespace stator {

/// x brought into [low, high]; at the ends the gradient is 0. Source: torch.clamp.
template <Computed X> constexpr auto clamp(const X& x, double low, double high) {
  auto raised = where(less_equal(x, low), low, x);
  return where(greater_equal(raised, high), high, raised);
}
/// The same with bounds that broadcast with x. Source: torch.clamp of tensors.
template <Operand X, Operand L, Operand H> constexpr auto clamp(const X& x, const L& low, const H& high) {
  auto raised = where(x <= low, low, x);
  return where(raised >= high, high, raised);
}
/// x where it is not below `low`. Source: torch.clamp_min.
template <Computed X> constexpr auto clamp_min(const X& x, double low) { return where(less_equal(x, low), low, x); }
/// x where it is not above `high`. Source: torch.clamp_max.
template <Computed X> constexpr auto clamp_max(const X& x, double high) {
  return where(greater_equal(x, high), high, x);
}

/// x brought into [low, high]; at the ends the gradient is 0. Source: torch.nn.functional.hardtanh.
template <Computed X> constexpr auto hardtanh(const X& x, double low = -1, double high = 1) {
  return where(less_equal(x, low), low, where(greater_equal(x, high), high, x));
}
/// min(max(x, 0), 6). Source: torch.nn.functional.relu6.
template <Computed X> constexpr auto relu6(const X& x) { return hardtanh(x, 0, 6); }
/// x / 6 + 1 / 2 brought into [0, 1]. Source: torch.nn.functional.hardsigmoid.
template <Computed X> constexpr auto hardsigmoid(const X& x) {
  return where(less_equal(x, -3.0), 0.0, where(greater_equal(x, 3.0), 1.0, x / 6.0 + 0.5));
}
/// x * hardsigmoid(x). Source: torch.nn.functional.hardswish.
template <Computed X> constexpr auto hardswish(const X& x) {
  return where(less_equal(x, -3.0), 0.0, where(greater_equal(x, 3.0), x, x * (x + 3.0) / 6.0));
}
/// scale * (x, or alpha * (exp(x) - 1) below 0). Source: torch.nn.functional.selu; Klambauer et al. 2017.
template <Computed X> constexpr auto selu(const X& x) {
  constexpr double alpha = 1.6732632423543772, scale = 1.0507009873554805;
  return where(greater(x, 0.0), x * scale, expm1(x) * (scale * alpha));
}
/// x, or alpha * (exp(x / alpha) - 1) below 0. Source: torch.nn.functional.celu; Barron 2017.
template <Computed X> constexpr auto celu(const X& x, double alpha = 1) {
  return where(greater(x, 0.0), x, expm1(x / alpha) * alpha);
}
/// x / (1 + |x|). Source: torch.nn.functional.softsign.
template <Computed X> constexpr auto softsign(const X& x) { return x / (abs(x) + 1.0); }
/// log(sigmoid(x)). Source: torch.nn.functional.logsigmoid.
template <Computed X> constexpr auto logsigmoid(const X& x) { return -softplus(-x); }
/// log(1 + exp(beta * x)) / beta; x itself where beta * x exceeds the threshold. Source: torch.nn.functional.softplus.
template <Computed X> constexpr auto softplus(const X& x, double beta, double threshold = 20) {
  auto scaled = x * beta;
  return where(greater(scaled, threshold), x, softplus(scaled) / beta);
}
/// x * tanh(softplus(x)). Source: torch.nn.functional.mish; Misra 2019.
template <Computed X> constexpr auto mish(const X& x) { return x * tanh(softplus(x)); }
/// x - tanh(x). Source: torch.nn.functional.tanhshrink.
template <Computed X> constexpr auto tanhshrink(const X& x) { return x - tanh(x); }
/// x brought nearer to 0 by lambda, and 0 within it. Source: torch.nn.functional.softshrink.
template <Computed X> constexpr auto softshrink(const X& x, double lambda = 0.5) {
  return where(greater(x, lambda), x - lambda, where(less(x, -lambda), x + lambda, 0.0));
}
/// x, or 0 where |x| is at most lambda. Source: torch.nn.functional.hardshrink.
template <Computed X> constexpr auto hardshrink(const X& x, double lambda = 0.5) {
  return where(less_equal(abs(x), lambda), 0.0, x);
}
/// x where it exceeds the threshold, else `value`. Source: torch.nn.functional.threshold.
template <Computed X> constexpr auto threshold(const X& x, double threshold, double value) {
  return where(less_equal(x, threshold), value, x);
}

namespace detail {
/// One weight for all of x, or one for each channel: axis 1.
template <class X, class W> constexpr Extents weight_of_channels() {
  Extents extents;
  for (int i = 0; i < X::tensor::spec.rank(); ++i) extents.push(i == 1 ? W::tensor::spec.extents[0] : Extent(1));
  return extents;
}
template <Operand X, Operand W> constexpr bool has_weight_of_channels() {
  constexpr TensorSpec x = X::tensor::spec, w = W::tensor::spec;
  if (w.rank() != 1) return false;
  return w.extents[0] == Extent(1) || (x.rank() >= 2 && w.extents[0] == x.extents[1]);
}
}  // namespace detail

/// x, or weight * x below 0, with one weight or one for each channel (axis 1). Source: torch.nn.functional.prelu.
template <Operand X, Operand W> requires(detail::has_weight_of_channels<X, W>())
constexpr auto prelu(const X& x, const W& weight) {
  if constexpr (W::tensor::spec.extents[0] == Extent(1)) return where(x > 0.0, x, x * weight);
  else return where(x > 0.0, x, x * apply<rule::Reshape{detail::weight_of_channels<X, W>()}>(weight));
}
template <Operand X, Operand W> requires(!detail::has_weight_of_channels<X, W>())
ShapeError<"prelu: the weights are neither one nor one for each channel", shape_of<X>, shape_of<W>> prelu(
    const X& x, const W& weight);

/// a + alpha * b, broadcast. Source: torch.add.
template <Operand A, Operand B> constexpr auto add(const A& a, const B& b, double alpha) { return a + b * alpha; }
/// a - alpha * b, broadcast. Source: torch.sub.
template <Operand A, Operand B> constexpr auto sub(const A& a, const B& b, double alpha) { return a - b * alpha; }
/// start + weight * (end - start). Source: torch.lerp.
template <Operand X, Operand Y> constexpr auto lerp(const X& start, const Y& end, double weight) {
  return start + (end - start) * weight;
}
/// x + value * a * b, broadcast. Source: torch.addcmul.
template <Operand X, Operand A, Operand B>
constexpr auto addcmul(const X& x, const A& a, const B& b, double value = 1) {
  return x + a * b * value;
}
/// x + value * a / b, broadcast. Source: torch.addcdiv.
template <Operand X, Operand A, Operand B>
constexpr auto addcdiv(const X& x, const A& a, const B& b, double value = 1) {
  return x + a / b * value;
}

}  // namespace stator
