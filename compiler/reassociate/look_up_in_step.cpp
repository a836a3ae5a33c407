// A sequence of rows from a small table is looked up step by step: the loop reads a table that stays in the cache, not
// a sequence of which each step reads another part.
//
//   %xs = stator.gather %table, %ids                            %ids  : tensor<64x32xi64>
//   stator.scan ... over(%xs) with()                  =>        stator.scan ... over(%ids) with(%table)
//   ^bb0(..., %x: tensor<32x512xf32>):                          ^bb0(..., %i: tensor<32xi64>, %t: tensor<65x512xf32>):
//                                                                 %x = stator.gather %t, %i
#include "compiler/interface/ops/indexing.h"
#include "compiler/ir/build.h"
#include "compiler/ir/scan.h"
#include "compiler/reassociate/lookup.h"
#include "compiler/reassociate/reassociate.h"

namespace stator::reassociate {
namespace {

mlir::RankedTensorType typeOf(mlir::Value x) { return llvm::cast<mlir::RankedTensorType>(x.getType()); }

/// The look-up that gives the sequence to this loop alone, from a table smaller than it; none: there is no such.
std::optional<Lookup> sequenceLookup(mlir::Value sequence) {
  std::optional<Lookup> lookup = sequence.hasOneUse() ? lookupOf(sequence) : std::nullopt;
  if (!lookup || typeOf(sequence).getRank() < 2) return std::nullopt;
  bool pays = 2 * lookup->gather.getX().getType().getNumElements() <= typeOf(sequence).getNumElements();
  return pays ? lookup : std::nullopt;
}

/// The numbers of the rows that `lookup` gives, in the order in which it gives them: [steps, ...].
mlir::Value movedIndices(mlir::OpBuilder& builder, const Lookup& lookup, mlir::RankedTensorType sequence) {
  ir::GatherOp gather = lookup.gather;
  auto reshape = [&](mlir::Value x, llvm::ArrayRef<int64_t> shape) -> mlir::Value {
    auto type = mlir::RankedTensorType::get(shape, typeOf(x).getElementType());
    return builder.create<ir::ReshapeOp>(gather.getLoc(), type, x);
  };
  llvm::SmallVector<int64_t> single(gather.getIndices().getType().getShape());
  single.push_back(1);
  return reshape(moved(builder, lookup.moves, reshape(gather.getIndices(), single)), sequence.getShape().drop_back());
}

mlir::LogicalResult lookUpInStep(ir::ScanOp scan, mlir::PatternRewriter& rewriter) {
  for (unsigned i = 0; i < scan.sequenceCount(); ++i) {
    mlir::OpOperand& operand = scan.getSequencesMutable()[i];
    std::optional<Lookup> lookup = sequenceLookup(operand.get());
    if (!lookup) continue;
    mlir::Value indices = movedIndices(rewriter, *lookup, typeOf(operand.get()));
    rewriter.modifyOpInPlace(scan, [&] {
      operand.set(indices);
      mlir::BlockArgument row = scan.elementArguments()[i];
      mlir::Value table = scan.capture(lookup->gather.getX());
      mlir::OpBuilder inside = mlir::OpBuilder::atBlockBegin(&scan.block());
      row.setType(ir::elementOf(indices.getType()));
      auto gather = ir::buildOp(inside, scan.getLoc(), rule::Gather{0}, {table, row});
      row.replaceAllUsesExcept(gather, gather.getDefiningOp());
    });
    return mlir::success();
  }
  return mlir::failure();
}

}  // namespace

void addStepPatterns(mlir::RewritePatternSet& patterns) { patterns.add(lookUpInStep); }

}  // namespace stator::reassociate
