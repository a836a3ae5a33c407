// A batch a few rows at a time.
//
//   %h = matmul %x, %w0                      %h0 : 32 rows      %y, = stator.scan over(%x as [8, 4, ...]) with(%w0,
//   %w1) { %r = relu %h                                                  %h = matmul %xb, %w0                     4
//   rows %y = matmul %r, %w1                                  =>       %r = relu %h %dw = matmul transpose(%r), %dy a
//   sum over rows      %yb = matmul %r, %w1
//                                                                 yield %dw + transpose(%r) %dyb, %yb }
#include "compiler/blocks/blocks.h"

#include "compiler/blocks/build_loop.h"
#include "compiler/ir/dialect.h"
#include "mlir/Pass/Pass.h"

namespace stator {
namespace {

struct BlocksPass : mlir::PassWrapper<BlocksPass, mlir::OperationPass<mlir::func::FuncOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(BlocksPass)
  BlocksPass(int64_t least, int64_t near) { leastBytes = least, nearBytes = near; }
  BlocksPass(const BlocksPass& other) : PassWrapper(other) {}

  llvm::StringRef getArgument() const override { return "blocks"; }
  llvm::StringRef getDescription() const override { return "A batch a few rows at a time"; }
  void getDependentDialects(mlir::DialectRegistry& registry) const override { registry.insert<ir::StatorDialect>(); }

  void runOnOperation() override {
    if (getOperation().isDeclaration()) return;
    const blocks::Partition partition = blocks::partitionOf(getOperation());
    const blocks::Traffic traffic = blocks::trafficOf(partition);
    const bool divides = count > 0 && partition.batch % count == 0 && !partition.inside.empty();
    const int64_t chosen = blocks::blocksFor(traffic, partition.batch, leastBytes, nearBytes);
    if (int64_t blocks = divides ? int64_t(count) : chosen; blocks > 1)
      blocks::buildLoop(getOperation(), partition, blocks);
  }

  Option<int64_t> leastBytes{*this, "least-bytes", llvm::cl::desc("Of rows that wait, for there to be a loop")};
  Option<int64_t> nearBytes{*this, "near-bytes", llvm::cl::desc("Of rows that wait in one block, at most")};
  Option<int64_t> count{*this, "count", llvm::cl::desc("Blocks, where they divide the batch, whatever they cost"),
                        llvm::cl::init(0)};
};

}  // namespace

std::unique_ptr<mlir::Pass> createBlocksPass(int64_t leastBytes, int64_t nearBytes) {
  return std::make_unique<BlocksPass>(leastBytes, nearBytes);
}

}  // namespace stator
