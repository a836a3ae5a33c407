// simplify: takes functions of stator ops; gives functions with the same values and fewer, smaller ops.
//
//     %1 = stator.permute %0 {axes = [1, 0]}, %2 = stator.permute %1 {axes = [1, 0]}   leaves   %0
#include "compiler/simplify/simplify.h"

#include "compiler/ir/ops.h"
#include "compiler/simplify/patterns.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Dominance.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Transforms/CSE.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace stator {
namespace simplify {

static bool hasGradients(mlir::Operation* function) {
  return function->walk([](ir::GradientOp) { return mlir::WalkResult::interrupt(); }).wasInterrupted();
}

llvm::LogicalResult simplifyFunction(mlir::Operation* function) {
  mlir::RewritePatternSet patterns(function->getContext());
  addConstantPatterns(patterns);
  addElementwisePatterns(patterns);
  addMovementPatterns(patterns);
  addBroadcastPatterns(patterns);
  addReductionPatterns(patterns);
  if (!hasGradients(function)) addGradientPatterns(patterns);
  mlir::FrozenRewritePatternSet frozen(std::move(patterns));
  mlir::GreedyRewriteConfig config;
  config.useTopDownTraversal = true;
  config.enableRegionSimplification = mlir::GreedySimplifyRegionLevel::Disabled;
  mlir::IRRewriter rewriter(function->getContext());
  mlir::DominanceInfo dominance(function);
  for (bool changed = true; changed;) {  // what became common may match again
    if (mlir::failed(mlir::applyPatternsAndFoldGreedily(function, frozen, config))) return mlir::failure();
    mlir::eliminateCommonSubExpressions(rewriter, dominance, function, &changed);
    changed |= simplifyScans(function);
  }
  return mlir::success();
}

}  // namespace simplify

namespace {

struct Simplify : mlir::PassWrapper<Simplify, mlir::OperationPass<mlir::func::FuncOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(Simplify)

  llvm::StringRef getArgument() const override { return "simplify"; }
  llvm::StringRef getDescription() const override { return "constants, identities, common subexpressions, dead code"; }
  void getDependentDialects(mlir::DialectRegistry& registry) const override { registry.insert<ir::StatorDialect>(); }
  void runOnOperation() override {
    if (mlir::failed(simplify::simplifyFunction(getOperation()))) signalPassFailure();
  }
};

}  // namespace

std::unique_ptr<mlir::Pass> createSimplifyPass() { return std::make_unique<Simplify>(); }

}  // namespace stator
