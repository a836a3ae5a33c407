// The passes that take a program from import to kernels.
#pragma once

#include <memory>
#include <vector>

#include "compiler/pipeline/phases.h"

namespace mlir {
class Pass;
}  // namespace mlir

namespace stator {

struct PhasePass {
  Phase phase;
  std::unique_ptr<mlir::Pass> pass;
};

/// Those of the phases from mask to plan-memory, in order.
std::vector<PhasePass> passesToPlanMemory();

}  // namespace stator
