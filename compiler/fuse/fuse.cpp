// Groups ops into kernels: takes functions of prepared ops in the layout phase's order; gives functions of fusions,
// and of scans whose steps are fusions.
//
//   %p = stator.matmul %x, %w                    %y = stator.fusion kind "contraction" (%x, %w, %b) ... {
//   %c = stator.broadcast %b                     ^bb0(%0, %1, %2):
//   %s = stator.add %p, %c                  =>     %p = stator.matmul %0, %1; %c = stator.broadcast %2
//   %y = stator.relu %s                            %s = stator.add %p, %c; %r = stator.relu %s
//                                                  stator.yield %r
//                                                }
#include "compiler/fuse/fuse.h"

#include "compiler/fuse/build_fusions.h"
#include "compiler/fuse/prepare.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"
#include "runtime/error.h"

namespace stator {
namespace {

/// The steps of loops first: to the block around it, a loop is one op.
void fuseBlock(mlir::Block& block, bool joins) {
  for (auto scan : block.getOps<ir::ScanOp>()) fuseBlock(scan.block(), joins);
  fuse::Grouping grouping(block, joins);
  fuse::dropRecomputes(block);
  fuse::buildFusions(block, grouping);
}

struct FusePass : mlir::PassWrapper<FusePass, mlir::OperationPass<mlir::func::FuncOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(FusePass)

  explicit FusePass(bool joins) : joins_(joins) {}

  llvm::StringRef getArgument() const override { return "fuse"; }
  llvm::StringRef getDescription() const override { return "Groups ops into kernels"; }
  void getDependentDialects(mlir::DialectRegistry& registry) const override { registry.insert<ir::StatorDialect>(); }

  void runOnOperation() override {
    mlir::func::FuncOp function = getOperation();
    if (function.isDeclaration()) return;
    try {
      fuseBlock(function.getBody().front(), joins_);
    } catch (const InternalError& error) {
      function.emitError(error.what());
      signalPassFailure();
    }
  }

 private:
  bool joins_;
};

}  // namespace

std::unique_ptr<mlir::Pass> createFusePass(bool joins) { return std::make_unique<FusePass>(joins); }

}  // namespace stator
