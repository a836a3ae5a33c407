// How much work an op asks for: for profiles, and for choosing what to compute again.
#pragma once

#include "compiler/ir/ops.h"

namespace stator::ir {

/// Whether an op only says where elements come from.
bool movesOnly(mlir::Operation* op);

/// Two for each multiplication of a product, one for each element of any other op; none where elements only move.
int64_t flopsOf(mlir::Operation* op);

/// What one element of an op that is no product costs one thread, where its operands are in registers.
double elementNanoseconds(mlir::Operation* op);

}  // namespace stator::ir
