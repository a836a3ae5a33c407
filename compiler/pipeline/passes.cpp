// The passes that take a program from import to kernels.
#include "compiler/pipeline/passes.h"

#include "compiler/differentiate/differentiate.h"
#include "compiler/fuse/fuse.h"
#include "compiler/layout/layout.h"
#include "compiler/mask/mask.h"
#include "compiler/memory/plan_memory.h"
#include "compiler/reassociate/reassociate.h"
#include "compiler/simplify/simplify.h"
#include "mlir/Pass/Pass.h"

namespace stator {

std::vector<PhasePass> passesToPlanMemory() {
  std::vector<PhasePass> passes;
  passes.push_back({Phase::mask, createMaskPass()});
  passes.push_back({Phase::differentiate, ir::createDifferentiatePass()});
  passes.push_back({Phase::bind_symbols, createBindSymbolsPass()});
  passes.push_back({Phase::simplify, createSimplifyPass()});
  passes.push_back({Phase::reassociate, createReassociatePass()});
  passes.push_back({Phase::layout, createLayoutPass(SlotOrder::stored)});
  passes.push_back({Phase::fuse, createFusePass()});
  passes.push_back({Phase::plan_memory, createPlanMemoryPass()});
  return passes;
}

}  // namespace stator
