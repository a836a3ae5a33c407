// attention: takes simplified functions; gives functions in which no matrix of scores crosses kernels.
//
//     %s = stator.matmul %q, %kt                    %o, %max, %sum = stator.fusion kind "attention" (%q, %k, %v) {
//     %max, %e, %sum, %p = softmax's ops              ... the same ops, for a block of rows at a time
//     %o = stator.matmul %p, %v             =>      }
//     ...                                           %dq, %dk, %dv = stator.fusion kind "attention" (...) {
//     %dp = stator.matmul %do, %vt                    %s, %e, %p once more, from %max and %sum; then
//     %dq, %dk, %dv = gradients with %p, %e           the gradients' ops
//                                                   }
#include "compiler/fuse/attention.h"

#include "compiler/fuse/find_attention.h"
#include "compiler/fuse/outline_attention.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"
#include "runtime/error.h"

namespace stator {
namespace {

void joinAttention(mlir::Block& block, int64_t leastScores) {
  for (auto scan : block.getOps<ir::ScanOp>()) joinAttention(scan.block(), leastScores);
  llvm::SmallVector<fuse::Attention> found = fuse::findAttention(block, leastScores);
  if (!found.empty()) fuse::outlineAttention(block, found);
}

struct AttentionPass : mlir::PassWrapper<AttentionPass, mlir::OperationPass<mlir::func::FuncOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(AttentionPass)
  explicit AttentionPass(int64_t least) { leastScores = least; }
  AttentionPass(const AttentionPass& other) : PassWrapper(other) {}

  llvm::StringRef getArgument() const override { return "attention"; }
  llvm::StringRef getDescription() const override { return "Score matrices and what reads them share a kernel"; }
  void getDependentDialects(mlir::DialectRegistry& registry) const override { registry.insert<ir::StatorDialect>(); }

  void runOnOperation() override {
    mlir::func::FuncOp function = getOperation();
    if (function.isDeclaration()) return;
    try {
      joinAttention(function.getBody().front(), leastScores);
    } catch (const InternalError& error) {
      function.emitError(error.what());
      signalPassFailure();
    }
  }

  Option<int64_t> leastScores{*this, "least-scores", llvm::cl::desc("Elements of the smallest matrix to keep apart")};
};

}  // namespace

std::unique_ptr<mlir::Pass> createAttentionPass(int64_t leastScores) {
  return std::make_unique<AttentionPass>(leastScores);
}

}  // namespace stator
