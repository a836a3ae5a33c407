// Memory for time: blocks whose values are computed again for the gradient instead of being kept.
#pragma once

#include "compiler/interface/operand.h"

namespace stator {

/// A block that is computed again; made by `checkpoint`.
template <class Block> struct Checkpointed {
  const Block& block;

  template <Operand X, Operand... More> constexpr auto operator()(const X& x, const More&... more) const {
    x.context->begin_checkpoint();
    auto result = block(x, more...);
    x.context->end_checkpoint();
    return result;
  }
};

/// `block`, of whose values the gradient keeps the inputs alone: the backward pass computes the rest again when needed.
/// The same bits, draws included. A block with a scan in it is kept: loops say themselves what they keep.
///     for (const auto& block : blocks) x = st::checkpoint(block)(x);
/// Source: torch.utils.checkpoint.
template <class Block> constexpr Checkpointed<Block> checkpoint(const Block& block) { return {block}; }

}  // namespace stator
