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

/// `block`, of whose values only the inputs are kept for the gradient: the backward pass computes the others again,
/// just before it needs them. Results are the same bit for bit, random draws included. Source: torch.utils.checkpoint.
///
///     for (const auto& block : blocks) x = st::checkpoint(block)(x);
template <class Block> constexpr Checkpointed<Block> checkpoint(const Block& block) { return {block}; }

}  // namespace stator
