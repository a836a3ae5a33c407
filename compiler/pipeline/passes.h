// The passes that take a program from import to kernels.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "compiler/pipeline/phases.h"
#include "compiler/precision/precision.h"

namespace mlir {
class Pass;
}  // namespace mlir

namespace stator {

struct PhasePass {
  Phase phase;
  std::unique_ptr<mlir::Pass> pass;
};

/// Those of the phases from mask to prepare, in order. A phase that `optimizes` says no to does only what the phases
/// behind it need; it has no pass where that is nothing. Null: all optimize.
std::vector<PhasePass> passesToPrepare(const std::function<bool(Phase)>& optimizes = nullptr,
                                       Precision precision = Precision::f32);

/// Those from recompute to plan-memory. `live_bytes`: the most that may be alive in an arena at once, if that can be
/// reached; 0: anything.
std::vector<PhasePass> passesFromRecompute(const std::function<bool(Phase)>& optimizes = nullptr,
                                           int64_t live_bytes = 0);

/// Those from mask to plan-memory, without a bound on what is alive.
std::vector<PhasePass> passesToPlanMemory(const std::function<bool(Phase)>& optimizes = nullptr,
                                          Precision precision = Precision::f32);

}  // namespace stator
