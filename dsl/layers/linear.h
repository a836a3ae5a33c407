// The fully connected layer.
#pragma once

#include "compiler/interface/ops/contraction.h"
#include "compiler/interface/ops/elementwise.h"
#include "dsl/parameter.h"

namespace stator {

namespace detail {
/// PyTorch's default for weights and biases: kaiming-uniform with a = sqrt(5). Source:
/// torch.nn.Linear.reset_parameters.
constexpr Init uniform_over_fan_in(long fan_in) {
  double bound = 1 / square_root(static_cast<double>(fan_in));
  return uniform(-bound, bound);
}
}  // namespace detail

/// y = x * weight^T + bias. Source: torch.nn.Linear.
/// Shapes: x [..., In] -> [..., Out]; weight [Out, In], bias [Out].
template <long In, long Out, bool Bias = true> struct Linear {
  Parameter<f32, Out, In> weight = detail::uniform_over_fan_in(In);
  [[no_unique_address]] if_there<Bias, Parameter<f32, Out>> bias = detail::uniform_over_fan_in(In);

  template <Operand X> requires(spec_of<X>.rank() >= 1 && spec_of<X>.extents[-1] == Extent(In))
  constexpr auto operator()(const X& x) const {
    if constexpr (Bias) return matmul(x, transpose(weight)) + bias;
    else return matmul(x, transpose(weight));
  }
  template <Operand X> requires(spec_of<X>.rank() < 1 || spec_of<X>.extents[-1] != Extent(In))
  ShapeError<"Linear: in_features differ from the input's last extent", shape_of<X>, Linear> operator()(
      const X& x) const;
};

}  // namespace stator
