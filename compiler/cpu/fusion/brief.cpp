// Schedules with little code.
#include "compiler/cpu/fusion/brief.h"

#include <algorithm>

namespace stator::cpu {
namespace {

using kernels::ContractionSchedule;

constexpr int64_t fewAccumulators = 12;  ///< keep the multipliers busy, whose results take four cycles, two at a time
constexpr int64_t mostMultiplies = 48;   ///< side by side

/// The same with row tiles of one size, the smallest that has work for all multipliers: each size is code of its own,
/// and each accumulator is in all of that code.
ContractionSchedule withEqualTiles(ContractionSchedule s, const kernels::ContractionForm& form, const Target& target) {
  const int64_t extent = form.rows[s.cutRow].extent, ofStep = s.accumulators / s.cutExtent;
  for (int64_t steps = 1; steps < s.cutExtent; ++steps) {
    if (extent % steps != 0 || steps * ofStep < fewAccumulators) continue;
    kernels::ScheduleChoice choice = choiceOf(s);
    choice.rows = static_cast<int>(steps * s.wholeRows);
    return scheduleAs(form, target, choice);
  }
  return s;
}

}  // namespace

ContractionSchedule scheduleFor(mlir::Operation* op, const kernels::ContractionForm& form, const Target& target) {
  ContractionSchedule s = kernels::scheduleContraction(form, target);
  if (!isBrief(op) || s.kernel != ContractionSchedule::Kernel::broadcast) return s;
  s = withEqualTiles(std::move(s), form, target);
  const int64_t steps = std::max<int64_t>(1, mostMultiplies / s.accumulators),
                extent = s.tileReductions().back().extent;
  s.linesAhead.clear();
  s.straightSteps = std::min(s.straightSteps, steps);
  s.unroll = static_cast<int>(std::min<int64_t>(s.unroll, steps));
  while (extent % s.unroll != 0) --s.unroll;
  return s;
}

}  // namespace stator::cpu
