// Stages of attention as `stator.fusion` ops.
#pragma once

#include "compiler/fuse/find_attention.h"

namespace stator::fuse {

/// Replaces each stage by a fusion of kind `attention`. What a stage reads of an earlier stage's matrices it computes
/// again; what it reads of its rows becomes a result of that stage.
void outlineAttention(mlir::Block& block, llvm::ArrayRef<Attention> attentions);

}  // namespace stator::fuse
