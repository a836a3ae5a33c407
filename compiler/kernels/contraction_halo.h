// Rows of zeros around A: the steps of a reduction that meet them are left out. Internal to kernels.
#pragma once

#include "compiler/kernels/contraction_schedule.h"
#include "compiler/kernels/index_builder.h"

namespace stator::kernels {

/// Which of the schedule's reductions is shortened by the form's halo; -1 where none is: the form has no halo, tiles
/// are taller than its rows, or the reduction was merged with another.
int haloReduction(const ContractionSchedule& schedule, const ContractionForm& form);

/// The steps of that reduction that do not meet the halo in all of these rows: [first, last).
struct HaloSteps {
  Value first, last;
};
HaloSteps stepsWithin(const IndexBuilder& ix, const ContractionForm& form, Value firstRow, int64_t rows);

}  // namespace stator::kernels
