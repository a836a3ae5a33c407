// Copies a panel of B to contiguous scratch memory, where its rows cannot push each other out of the cache.
#pragma once

#include "compiler/kernels/contraction_schedule.h"
#include "compiler/kernels/contraction_tile.h"

namespace stator::kernels {

/// scratch[to + reduction * panelColumns + column] = b[from + reduction, column] for `columns` columns of a panel, then
/// zeros up to a whole vector, and for AMX up to a whole square. Elements of bf16 become f32, or stay as they are in
/// pairs where the schedule has pairs.
void packPanel(const IndexBuilder& ix, const ContractionForm& form, const ContractionSchedule& schedule,
               mlir::VectorType vector, Value b, Value from, Value scratch, Value to, int64_t columns);

}  // namespace stator::kernels
