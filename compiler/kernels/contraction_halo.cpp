// Rows of zeros around A: the steps of a reduction that meet them are left out.
#include "compiler/kernels/contraction_halo.h"

#include "compiler/kernels/contraction_model.h"

namespace stator::kernels {

int haloReduction(const ContractionSchedule& s, const ContractionForm& form) {
  if (!form.halo || s.kernel == ContractionSchedule::Kernel::dot || form.halo->row > s.cutRow) return -1;
  const Dim& wanted = form.reductions[form.halo->reduction];
  for (size_t i = 0; i < s.reductions.size(); ++i)
    if (s.reductions[i].extent == wanted.extent && s.reductions[i].a == wanted.a && s.reductions[i].b == wanted.b)
      return static_cast<int>(i);
  return -1;
}

HaloSteps stepsWithin(const IndexBuilder& ix, const ContractionForm& form, Value firstRow, int64_t rows) {
  const Halo& halo = *form.halo;
  auto firstAt = [&](int64_t position, Value row) {  // the first step whose position is at least this
    Value distance = ix.most(ix.subtract(ix.constant(position), ix.multiply(row, halo.rowStep)), 0);
    Value steps = ix.divide(ix.add(distance, halo.reductionStep - 1), halo.reductionStep);
    return ix.least(steps, form.reductions[halo.reduction].extent);
  };
  return {firstAt(halo.low, ix.add(firstRow, rows - 1)), firstAt(halo.high, firstRow)};
}

}  // namespace stator::kernels
