// Losses of the distance between two tensors of one shape.
#pragma once

#include "dsl/losses/options.h"

namespace stator {

/// The mean squared error of two tensors of the same shape. Source: torch.nn.functional.mse_loss, which only warns
/// where shapes differ and broadcasts; here that is a mistake.
template <Reduction R = Reduction::mean, Operand X, Operand Y> requires(spec_of<X>.extents == spec_of<Y>.extents)
constexpr auto mse_loss(const X& input, const Y& target) {
  return detail::reduce<R>(square(input - target));
}
template <Reduction R = Reduction::mean, Operand X, Operand Y> requires(spec_of<X>.extents != spec_of<Y>.extents)
ShapeError<"mse_loss: shapes of input and target differ", shape_of<X>, shape_of<Y>> mse_loss(const X& input,
                                                                                             const Y& target);

}  // namespace stator
