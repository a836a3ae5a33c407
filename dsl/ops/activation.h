// Activations that have attributes; those without are rows of elementwise.def.
#pragma once

#include "compiler/interface/ops/elementwise.h"

namespace stator {

namespace detail {
template <Operand X> using real_scalar_t =
    Expr<type::Tensor<std::conditional_t<is_float(X::tensor::spec.dtype), dtype_tag_t<X::tensor::spec.dtype>, f32>>>;

/// `value` as a scalar that meets `x` in its dtype, or in f32 where `x` holds whole numbers.
template <Operand X> constexpr real_scalar_t<X> real_scalar(const X& x, double value) {
  return {literal(x.context, value, real_scalar_t<X>::tensor::spec)};
}
template <text Approximate> inline constexpr std::string_view approximate = Approximate.c_str();
}  // namespace detail

/// x where it is positive, else negative_slope * x. Source: torch.nn.functional.leaky_relu.
template <Operand X> constexpr auto leaky_relu(const X& x, double negative_slope = 0.01) {
  return x * where(x > 0.0, detail::real_scalar(x, 1.0), detail::real_scalar(x, negative_slope));
}

/// x where it is positive, else alpha * (exp(x) - 1). Source: torch.nn.functional.elu (Clevert et al. 2016).
template <Operand X> constexpr auto elu(const X& x, double alpha = 1.0) {
  auto positive = x > 0.0;
  return where(positive, x, alpha * expm1(where(positive, detail::real_scalar(x, 0.0), x)));
}

/// gelu<"tanh">(x) is gelu_tanh(x), gelu<"none">(x) is gelu(x). Source: torch.nn.functional.gelu, `approximate`.
template <text Approximate, Operand X>
requires(detail::approximate<Approximate> == "none" || detail::approximate<Approximate> == "tanh")
constexpr auto gelu(const X& x) {
  if constexpr (detail::approximate<Approximate> == "tanh") return gelu_tanh(x);
  else return gelu(x);
}
template <text Approximate, Operand X>
requires(detail::approximate<Approximate> != "none" && detail::approximate<Approximate> != "tanh")
ShapeError<"gelu: approximate is neither none nor tanh", shape_of<X>> gelu(const X& x);

}  // namespace stator
