// Attention's ops in stages, each of which one kernel can do.
#pragma once

#include "compiler/fuse/find_attention.h"

namespace stator::fuse {

/// Takes attentions whose ops are all in their first stage; gives those that divide into stages with a product over
/// the scores in each and a reduction of rows in the first, so that no two stages of any wait for each other.
llvm::SmallVector<Attention> stagesOf(mlir::Block& block, llvm::SmallVector<std::pair<int, Attention>> found);

}  // namespace stator::fuse
