// Values that are computed again where they are read late: takes functions of prepared ops; gives the same with copies
// of ops, behind marks that keep them apart from what they are copies of.
#include "compiler/fuse/recompute.h"

#include <limits>

#include "compiler/fuse/prepare.h"
#include "compiler/fuse/recompute_cheap.h"
#include "compiler/fuse/trade_time.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Pass/Pass.h"

namespace stator::fuse {
namespace {

constexpr double unaskedTime = 0.02, unaskedExchange = 4;
constexpr double anyTime = std::numeric_limits<double>::infinity();
constexpr int64_t smallestPart = 1000;  ///< of a budget: smaller values do not matter
constexpr int mostTrials = 16;

int64_t mostBytes(mlir::Block& block) { return Lifetimes(block, Grouping(block, true)).mostBytes(); }

/// Whether less is held than before.
bool tradeOnce(mlir::Block& block, const TradeLimits& limits) {
  const Grouping grouping(block, true);
  const Lifetimes lives(block, grouping);
  if (lives.mostBytes() <= limits.enoughBytes || !tradeTime(block, lives, limits)) return false;
  const int64_t before = lives.mostBytes();
  dropDeadOps(block);
  return mostBytes(block) < before;
}

/// Where the estimate promises more than comes of it, less is asked for.
void tradeWithin(mlir::func::FuncOp function, int64_t leastBytes, int64_t budgetBytes) {
  TradeLimits limits{0, leastBytes, unaskedTime, unaskedExchange};
  if (budgetBytes > 0) limits = {budgetBytes, std::min(leastBytes, budgetBytes / smallestPart), anyTime, 0};
  for (int trial = 0; trial < (budgetBytes > 0 ? mostTrials : 1); ++trial) {
    mlir::OwningOpRef<mlir::func::FuncOp> before = function.clone();
    const int64_t bytes = mostBytes(function.getBody().front());
    if (bytes <= budgetBytes) return;
    const bool helps = tradeOnce(function.getBody().front(), limits);
    if (!helps) function.getBody().takeBody(before->getBody());
    limits.enoughBytes = helps ? std::max<int64_t>(0, budgetBytes) : (limits.enoughBytes + bytes) / 2;
  }
}

struct RecomputePass : mlir::PassWrapper<RecomputePass, mlir::OperationPass<mlir::func::FuncOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(RecomputePass)
  RecomputePass(int64_t budget, int64_t least) { budgetBytes = budget, leastBytes = least; }
  RecomputePass(const RecomputePass& other) : PassWrapper(other) {}

  llvm::StringRef getArgument() const override { return "recompute"; }
  llvm::StringRef getDescription() const override { return "Computes again what would wait long in memory"; }
  void getDependentDialects(mlir::DialectRegistry& registry) const override { registry.insert<ir::StatorDialect>(); }

  void runOnOperation() override {
    if (getOperation().isDeclaration()) return;
    recomputeCheap(getOperation().getBody().front(), leastBytes);
    tradeWithin(getOperation(), leastBytes, budgetBytes);
  }

  Option<int64_t> budgetBytes{*this, "budget-bytes", llvm::cl::desc("Of the arena; 0: none"), llvm::cl::init(0)};
  Option<int64_t> leastBytes{*this, "least-bytes", llvm::cl::desc("Of the smallest value to compute again"),
                             llvm::cl::init(leastRecomputedBytes)};
};

}  // namespace
}  // namespace stator::fuse

namespace stator {

std::unique_ptr<mlir::Pass> createRecomputePass(int64_t budgetBytes, int64_t leastBytes) {
  return std::make_unique<fuse::RecomputePass>(budgetBytes, leastBytes);
}

}  // namespace stator
