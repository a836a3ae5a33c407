// A contraction's tile by AMX: at most two by two registers of 16 x 16 sums. Internal to kernels.
#pragma once

#include "compiler/kernels/contraction_schedule.h"
#include "compiler/kernels/contraction_tile.h"

namespace stator::kernels {

/// What AMX needs of a chunk's scratch: its configuration, two squares of A, and a tile's sums where they wait nowhere
/// else.
struct AmxScratch {
  Value memref;  ///< of f32
  Value start;

  Value squares(const IndexBuilder& ix) const;
  Value sums(const IndexBuilder& ix) const;  ///< [rows, panelColumns]
};

/// Configures the registers of this thread, until `releaseAmx`.
void configureAmx(const IndexBuilder& ix, const ContractionSchedule& schedule, const AmxScratch& scratch);
void releaseAmx(const IndexBuilder& ix);

/// The tile's sums at `sums` in the scratch, [rows, columns in whole vectors], plus the products over all its
/// reductions, from its first elements in A and B; `fromZero`: the products alone. `tile.reductions` are as
/// `ContractionSchedule::tileReductions` has them, the last one by squares.
void accumulateAmx(const IndexBuilder& ix, const ContractionSchedule& schedule, const RegisterTile& tile,
                   const AmxScratch& scratch, Address a, Address b, Value sums, bool fromZero);

}  // namespace stator::kernels
