// The passes that take a program from import to kernels.
#include "compiler/pipeline/passes.h"

#include "compiler/blocks/blocks.h"
#include "compiler/differentiate/differentiate.h"
#include "compiler/fuse/attention.h"
#include "compiler/fuse/fuse.h"
#include "compiler/fuse/recompute.h"
#include "compiler/layout/layout.h"
#include "compiler/mask/mask.h"
#include "compiler/memory/plan_memory.h"
#include "compiler/reassociate/reassociate.h"
#include "compiler/simplify/simplify.h"
#include "compiler/winograd/winograd.h"
#include "mlir/Pass/Pass.h"

namespace stator {

std::vector<PhasePass> passesToPrepare(const std::function<bool(Phase)>& optimizes, Precision precision) {
  auto on = [&](Phase phase) { return !optimizes || optimizes(phase); };
  std::vector<PhasePass> passes;
  passes.push_back({Phase::mask, createMaskPass()});
  passes.push_back({Phase::differentiate, ir::createDifferentiatePass()});
  passes.push_back({Phase::bind_symbols, createBindSymbolsPass()});
  if (on(Phase::simplify)) passes.push_back({Phase::simplify, createSimplifyPass()});
  if (on(Phase::reassociate)) passes.push_back({Phase::reassociate, createReassociatePass()});
  ImageOrder images = on(Phase::layout) ? ImageOrder::chosen : ImageOrder::around;
  passes.push_back({Phase::layout, createLayoutPass(SlotOrder::stored, images)});
  passes.push_back({Phase::precision, createPrecisionPass(precision)});
  if (on(Phase::winograd)) passes.push_back({Phase::winograd, createWinogradPass()});
  if (on(Phase::blocks)) passes.push_back({Phase::blocks, createBlocksPass()});
  if (on(Phase::attention)) passes.push_back({Phase::attention, createAttentionPass()});
  passes.push_back({Phase::prepare, createPreparePass()});
  return passes;
}

std::vector<PhasePass> passesFromRecompute(const std::function<bool(Phase)>& optimizes, int64_t live_bytes) {
  auto on = [&](Phase phase) { return !optimizes || optimizes(phase); };
  std::vector<PhasePass> passes;
  if (on(Phase::recompute)) passes.push_back({Phase::recompute, createRecomputePass(live_bytes)});
  passes.push_back({Phase::fuse, createFusePass(on(Phase::fuse))});
  passes.push_back({Phase::plan_memory, createPlanMemoryPass(on(Phase::plan_memory))});
  return passes;
}

std::vector<PhasePass> passesToPlanMemory(const std::function<bool(Phase)>& optimizes, Precision precision) {
  std::vector<PhasePass> passes = passesToPrepare(optimizes, precision);
  for (PhasePass& next : passesFromRecompute(optimizes)) passes.push_back(std::move(next));
  return passes;
}

}  // namespace stator
