// Registers passes one by one: MLIR's all-in-one headers cost minutes and gigabytes to compile.
#include "compiler/pipeline/register_passes.h"

#include "compiler/differentiate/differentiate.h"
#include "mlir/Transforms/Passes.h"

namespace stator::ir {

void registerStatorPasses() {
  mlir::registerPass(createDifferentiatePass);
  mlir::registerCanonicalizerPass();
  mlir::registerCSEPass();
  mlir::registerSymbolDCEPass();
}

}  // namespace stator::ir
