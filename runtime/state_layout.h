// Where each slot of a program's state lies in its block. The compiler and the runtime both go by this.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "compiler/interface/graph.h"
#include "runtime/arena.h"
#include "runtime/error.h"

namespace stator {

/// The order that a slot's axes lie in, the last fastest; empty: as they are. Convolution weights, which are all the
/// slots of rank 4 that layers have, [O, C, KH, KW], lie as kernels read them: [KH, KW, C, O]. Names, extents and files
/// know nothing of it.
inline std::vector<int> storage_axes(const TensorSpec& spec) {
  if (spec.rank() == 4) return {2, 3, 1, 0};
  return {};
}

/// Slot i is dense, with its axes in the order of `storage_axes`, at `offset_bytes[i]`, a multiple of 64; the block has
/// `total_bytes`, a multiple of 64.
struct StateLayout {
  std::vector<int64_t> offset_bytes;
  int64_t total_bytes = 0;

  bool operator==(const StateLayout&) const = default;
};

/// The number of elements of a slot. Errors: UserError for an extent that is a symbol, below 0, or too large.
inline int64_t element_count(const Slot& slot) {
  constexpr int64_t greatest = std::numeric_limits<int64_t>::max() / 16;
  int64_t count = 1;
  for (int axis = 0; axis < slot.spec.rank(); ++axis) {
    const Extent& extent = slot.spec.extents[axis];
    const std::string where =
        std::string("state: axis ") + std::to_string(axis) + " of slot '" + slot.name.str() + "' ";
    if (!extent.is_number())
      throw UserError(where + "is the symbol '" + symbol::name_of(extent.symbols[0]) + "', but a slot's size is fixed");
    if (extent.number < 0) throw UserError(where + "is " + std::to_string(extent.number) + ", below 0");
    if (__builtin_mul_overflow(count, int64_t{extent.number}, &count) || count > greatest)
      throw UserError(where + "makes it larger than memory: " + std::to_string(extent.number));
  }
  return count;
}

/// Slots in their order, each rounded up to 64 bytes.
inline StateLayout layout_of(const std::vector<Slot>& slots) {
  StateLayout layout;
  for (const Slot& slot : slots) {
    layout.offset_bytes.push_back(layout.total_bytes);
    layout.total_bytes += round_up_to_alignment(element_count(slot) * size_bytes(slot.spec.dtype));
  }
  return layout;
}

}  // namespace stator
