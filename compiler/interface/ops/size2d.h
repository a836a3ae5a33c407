// Amounts along height and width, as attributes of layers and ops.
#pragma once

namespace stator {

/// A height and a width: `3` is 3 by 3, `Size2d{2, 3}` is 2 high and 3 wide.
struct Size2d {
  long height = 1, width = 1;

  constexpr Size2d(long both) : height(both), width(both) {}
  constexpr Size2d(long h, long w) : height(h), width(w) {}
  constexpr bool operator==(const Size2d&) const = default;
};

}  // namespace stator
