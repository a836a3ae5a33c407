// mask: takes functions whose types have symbols; gives the same with every combination over a symbolic axis masked.
//
//     %s = stator.sum %x {axes = [0]} : (tensor<32x10xf32, #stator.symbols<[batch], []>>) -> tensor<1x10xf32>
//
// becomes a sum of `where(iota < valid.batch, x, 0)`, and the function takes `valid.batch`.
#include "compiler/mask/mask.h"

#include "compiler/ir/dialect.h"
#include "compiler/mask/insert_masks.h"
#include "mlir/Pass/Pass.h"

namespace stator {
namespace {

struct Mask : mlir::PassWrapper<Mask, mlir::OperationPass<mlir::func::FuncOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(Mask)

  llvm::StringRef getArgument() const override { return "mask"; }
  llvm::StringRef getDescription() const override { return "masks reductions and contractions over symbolic axes"; }
  void getDependentDialects(mlir::DialectRegistry& registry) const override { registry.insert<ir::StatorDialect>(); }
  void runOnOperation() override {
    if (mlir::failed(mask::insertMasks(getOperation()))) signalPassFailure();
  }
};

}  // namespace

std::unique_ptr<mlir::Pass> createMaskPass() { return std::make_unique<Mask>(); }

}  // namespace stator
