// Registers passes one by one: MLIR's all-in-one headers cost minutes and gigabytes to compile.
#include "compiler/pipeline/register_passes.h"

#include "compiler/blocks/blocks.h"
#include "compiler/cpu/lower_cpu.h"
#include "compiler/differentiate/differentiate.h"
#include "compiler/fuse/attention.h"
#include "compiler/fuse/fuse.h"
#include "compiler/fuse/recompute.h"
#include "compiler/layout/layout.h"
#include "compiler/mask/mask.h"
#include "compiler/memory/plan_memory.h"
#include "compiler/precision/precision.h"
#include "compiler/reassociate/reassociate.h"
#include "compiler/simplify/simplify.h"
#include "compiler/winograd/winograd.h"
#include "mlir/Transforms/Passes.h"

namespace stator::ir {

void registerStatorPasses() {
  mlir::registerPass(createMaskPass);
  mlir::registerPass(createDifferentiatePass);
  mlir::registerPass(createBindSymbolsPass);
  mlir::registerPass(createSimplifyPass);
  mlir::registerPass(createReassociatePass);
  mlir::registerPass([] { return createLayoutPass(); });
  mlir::registerPass([] { return createPrecisionPass(); });
  mlir::registerPass([] { return createAttentionPass(); });
  mlir::registerPass([] { return createBlocksPass(); });
  mlir::registerPass([] { return createWinogradPass(); });
  mlir::registerPass(createPreparePass);
  mlir::registerPass([] { return createRecomputePass(); });
  mlir::registerPass([] { return createFusePass(); });
  mlir::registerPass([] { return createPlanMemoryPass(); });
  mlir::registerPass(cpu::createLowerCpuPass);
  mlir::registerCanonicalizerPass();
  mlir::registerCSEPass();
  mlir::registerSymbolDCEPass();
}

}  // namespace stator::ir
