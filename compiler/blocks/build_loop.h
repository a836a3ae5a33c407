// A function's loop over blocks of rows.
#pragma once

#include "compiler/blocks/partition.h"

namespace stator::blocks {

/// Puts the ops inside `partition` into a scan over `blocks` equal blocks of the batch, with totals added up in states
/// and rows stacked; what reads its results comes behind it.
void buildLoop(mlir::func::FuncOp function, const Partition& partition, int64_t blocks);

}  // namespace stator::blocks
