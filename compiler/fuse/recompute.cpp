// Values that are computed again where they are read late: takes functions of prepared ops; gives the same with copies
// of ops, behind marks that keep them apart from what they are copies of.
#include "compiler/fuse/recompute.h"

#include <limits>
#include <optional>

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

/// One round towards `limits`; it is undone where no less is held then. None: nothing is asked for, or possible.
std::optional<bool> tradeOnce(mlir::func::FuncOp function, const TradeLimits& limits) {
  mlir::Block& block = function.getBody().front();
  mlir::OwningOpRef<mlir::func::FuncOp> kept;
  int64_t before = 0;
  {
    const Grouping grouping(block, true);
    const Lifetimes lives(block, grouping);
    before = lives.mostBytes();
    if (before <= limits.enoughBytes || !tradeTime(block, lives, limits, [&] { kept = function.clone(); }))
      return std::nullopt;
  }
  dropDeadOps(block);
  if (mostBytes(block) < before) return true;
  function.getBody().takeBody(kept->getBody());
  return false;
}

/// Where the estimate promises more than comes of it, less is asked for.
void tradeWithin(mlir::func::FuncOp function, int64_t leastBytes, int64_t budgetBytes) {
  if (budgetBytes == 0) {
    tradeOnce(function, {0, leastBytes, unaskedTime, unaskedExchange});
    return;
  }
  TradeLimits limits{budgetBytes, std::min(leastBytes, budgetBytes / smallestPart), anyTime, 0};
  for (int trial = 0; trial < mostTrials; ++trial) {
    const std::optional<bool> helps = tradeOnce(function, limits);
    if (!helps && limits.enoughBytes == budgetBytes) return;
    if (helps.value_or(false)) limits.enoughBytes = budgetBytes;
    else limits.enoughBytes += (mostBytes(function.getBody().front()) - limits.enoughBytes) / 2;
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
