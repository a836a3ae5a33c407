// Looks for a schedule that is faster than the cost model's.
#pragma once

#include "compiler/cpu/target.h"
#include "compiler/kernels/contraction_schedule.h"

namespace bench {

struct Found {
  stator::kernels::ScheduleChoice choice;
  int tried = 0;
  double model_microseconds = 0;
  double microseconds = 0;  ///< the choice's, in turns with the model's
  double gain() const { return model_microseconds / microseconds; }
};

/// Tries tiles, then packing, then unrolling, each from the best so far. What it finds is measured against the model's
/// schedule again, in turns.
Found search(const stator::kernels::ContractionForm& form, const stator::cpu::Target& target);

}  // namespace bench
