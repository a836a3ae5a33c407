// Pooling to a given size: windows of [N, C, H, W] that share the image as evenly as whole numbers allow.
#pragma once

#include "compiler/interface/ops/pooling.h"
#include "dsl/ops/mean.h"
#include "dsl/ops/pieces.h"
#include "dsl/ops/pooling1d.h"

namespace stator {
namespace rule {

/// [N, C, H, W] -> [N, C, `size`]. Source: torch.nn.AdaptiveAvgPool2d.
template <bool IsMax> struct AdaptivePool2d {
  Size2d size = 1;
  constexpr Inferred infer(Specs operands) const {
#define STATOR_CHOOSE(TEXT) (IsMax ? "adaptive_max_pool2d: " TEXT : "adaptive_avg_pool2d: " TEXT)
    TensorSpec result{operands[0].dtype, operands[0].extents};
    if (result.rank() != 4) return STATOR_CHOOSE("the input is not [N, C, H, W]");
    for (int axis : {2, 3}) {
      long extent = axis == 2 ? size.height : size.width;
      if (!result.extents[axis].is_number()) return STATOR_CHOOSE("height and width must be numbers");
      if (extent < 1 || result.extents[axis].number < 1) return STATOR_CHOOSE("a size below 1");
      result.extents[axis] = Extent(extent);
    }
#undef STATOR_CHOOSE
    return result;
  }
};

}  // namespace rule

namespace detail {
/// `pool<KernelHeight, KernelWidth>` of windows that are all alike, or along one axis after the other where they
/// differ.
template <Size2d Size, Operand X, class Pool> constexpr auto adaptive_pool(const X& x, Pool pool) {
  constexpr long height = X::tensor::spec.extents[2].number, width = X::tensor::spec.extents[3].number;
  if constexpr (height == Size.height && width == Size.width) {
    return x;
  } else if constexpr (height % Size.height == 0 && width % Size.width == 0) {
    return pool.template operator()<height / Size.height, width / Size.width>(x);
  } else if constexpr (width != Size.width) {
    auto narrow = join_pieces<3, Size.width>([&]<long I>() {
      constexpr long start = I * width / Size.width, stop = ((I + 1) * width + Size.width - 1) / Size.width;
      return pool.template operator()<1, stop - start>(part<3, start, stop>(x));
    });
    return adaptive_pool<Size>(narrow, pool);
  } else {
    return join_pieces<2, Size.height>([&]<long I>() {
      constexpr long start = I * height / Size.height, stop = ((I + 1) * height + Size.height - 1) / Size.height;
      return pool.template operator()<stop - start, 1>(part<2, start, stop>(x));
    });
  }
}
inline constexpr auto averages = []<long Height, long Width, Operand X>(const X& x) {
  constexpr Extents image = X::tensor::spec.extents;
  if constexpr (image[2] == Extent(Height) && image[3] == Extent(Width)) return mean<2, 3>(x, keepdim);
  else return avg_pool2d<Size2d(Height, Width)>(x);
};
inline constexpr auto greatest = []<long Height, long Width, Operand X>(const X& x) {
  return max_pool2d<Size2d(Height, Width)>(x);
};
}  // namespace detail

/// The mean over windows of [N, C, H, W] from floor(i H / Height) to ceil((i + 1) H / Height), so that the result is
/// [N, C, Size]. Source: torch.nn.functional.adaptive_avg_pool2d.
template <Size2d Size, Operand X> requires Fits<rule::AdaptivePool2d<false>{Size}, X>
constexpr result_t<rule::AdaptivePool2d<false>{Size}, X> adaptive_avg_pool2d(const X& x) {
  return {detail::adaptive_pool<Size>(x, detail::averages)};
}
template <Size2d Size, Operand X> requires(!Fits<rule::AdaptivePool2d<false>{Size}, X>)
ShapeError<broken<rule::AdaptivePool2d<false>{Size}, X>, shape_of<X>> adaptive_avg_pool2d(const X& x);

/// The greatest element of each such window. Source: torch.nn.functional.adaptive_max_pool2d.
template <Size2d Size, Operand X> requires Fits<rule::AdaptivePool2d<true>{Size}, X>
constexpr result_t<rule::AdaptivePool2d<true>{Size}, X> adaptive_max_pool2d(const X& x) {
  return {detail::adaptive_pool<Size>(x, detail::greatest)};
}
template <Size2d Size, Operand X> requires(!Fits<rule::AdaptivePool2d<true>{Size}, X>)
ShapeError<broken<rule::AdaptivePool2d<true>{Size}, X>, shape_of<X>> adaptive_max_pool2d(const X& x);

}  // namespace stator
