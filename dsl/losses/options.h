// What losses share: their rule of shapes, and how they take options: a Reduction alone, or all options as a struct,
// `huber_loss<st::Huber{.delta = 0.5}>`.
#pragma once

#include <type_traits>

#include "dsl/ops/mean.h"

namespace stator::detail {

/// Has the shape of `X`: losses do not broadcast.
template <class Y, class X> concept ShapedLike = Operand<Y> && spec_of<Y>.extents == spec_of<X>.extents;

/// The options of type `Options` that a template argument stands for: itself, or the defaults with that reduction.
template <class Options, auto Given> constexpr Options options_of() {
  using Type = std::remove_const_t<decltype(Given)>;
  static_assert(std::is_same_v<Type, Options> || std::is_same_v<Type, Reduction>,
                "a loss's options are a Reduction or the struct of that loss");
  if constexpr (std::is_same_v<Type, Options>) {
    return Given;
  } else {
    Options options;
    options.reduction = Given;
    return options;
  }
}

}  // namespace stator::detail
