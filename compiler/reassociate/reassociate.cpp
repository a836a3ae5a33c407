// reassociate: takes simplified functions; gives functions with the same values up to rounding, and fewer
// multiplications.
//
//     %x = stator.gather %table, %indices      : tensor<2048x64xf32>, of 65 rows
//     %y = stator.matmul %x, %w                : tensor<2048x512xf32>
//
// becomes the product of the 65 rows, and a gather of its rows.
#include "compiler/reassociate/reassociate.h"

#include "compiler/ir/dialect.h"
#include "compiler/simplify/simplify.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace stator {
namespace {

struct Reassociate : mlir::PassWrapper<Reassociate, mlir::OperationPass<mlir::func::FuncOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(Reassociate)

  llvm::StringRef getArgument() const override { return "reassociate"; }
  llvm::StringRef getDescription() const override { return "products where they cost least"; }
  void getDependentDialects(mlir::DialectRegistry& registry) const override { registry.insert<ir::StatorDialect>(); }
  void runOnOperation() override {
    mlir::RewritePatternSet gradients(&getContext()), patterns(&getContext());
    reassociate::addSoftmaxPatterns(gradients);  // before its divisions are rewritten
    reassociate::addLookupPatterns(patterns);
    reassociate::addTablePatterns(patterns);
    reassociate::addStepPatterns(patterns);
    reassociate::addFactorPatterns(patterns);
    reassociate::addDivisionPatterns(patterns);
    reassociate::addPartPatterns(patterns);
    bool changed = apply(std::move(gradients));
    changed |= apply(std::move(patterns));
    if (changed && mlir::failed(simplify::simplifyFunction(getOperation()))) signalPassFailure();
  }

 private:
  /// Whether the patterns changed anything.
  bool apply(mlir::RewritePatternSet patterns) {
    mlir::GreedyRewriteConfig config;
    config.useTopDownTraversal = true;
    config.enableRegionSimplification = mlir::GreedySimplifyRegionLevel::Disabled;
    bool changed = false;
    if (mlir::failed(mlir::applyPatternsAndFoldGreedily(getOperation(), std::move(patterns), config, &changed)))
      signalPassFailure();
    return changed;
  }
};

}  // namespace

std::unique_ptr<mlir::Pass> createReassociatePass() { return std::make_unique<Reassociate>(); }

}  // namespace stator
