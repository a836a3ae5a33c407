// Images continued beyond their border: what a convolution with another padding than zeros reads.
#pragma once

#include "dsl/ops/pieces.h"

namespace stator {

/// What stands around an image. Source: torch.nn.Conv2d, padding_mode.
enum class PaddingMode : unsigned char { zeros, reflect, replicate, circular };

namespace detail {
/// `Before` elements before and `After` behind axis `Axis`; in `reflect` fewer than the extent, in `circular` at most.
template <PaddingMode Mode, int Axis, long Before, long After, Operand X> constexpr auto continued(const X& x) {
  constexpr long extent = X::tensor::spec.extents[Axis].number;
  constexpr long least = Mode == PaddingMode::reflect ? extent - 1 : extent;
  static_assert(Mode == PaddingMode::replicate || (Before <= least && After <= least),
                "padding mode: the padding exceeds what the image can be continued by");
  auto side = [&]<long Count, bool IsAfter>() {
    if constexpr (Mode == PaddingMode::replicate) {
      return repeat_along<Axis, Count>(part<Axis, IsAfter ? extent - 1 : 0, IsAfter ? extent : 1>(x));
    } else if constexpr (Mode == PaddingMode::circular) {
      return part<Axis, IsAfter ? 0 : extent - Count, IsAfter ? Count : extent>(x);
    } else {
      constexpr long start = IsAfter ? extent - 1 - Count : 1;
      return apply<rule::Flip{Integers(Axis)}>(part<Axis, start, start + Count>(x));
    }
  };
  if constexpr (Before == 0 && After == 0) return x;
  else if constexpr (After == 0) return cat<Axis>(side.template operator()<Before, false>(), x);
  else if constexpr (Before == 0) return cat<Axis>(x, side.template operator()<After, true>());
  else return cat<Axis>(side.template operator()<Before, false>(), x, side.template operator()<After, true>());
}
}  // namespace detail
}  // namespace stator
