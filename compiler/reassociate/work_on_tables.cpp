// What is computed from each row that was looked up, and from nothing that differs between rows, is computed once for
// each row of the table: `gather(T) + bias` is `gather(T + bias)`.
#include "compiler/ir/build.h"
#include "compiler/reassociate/lookup.h"
#include "compiler/reassociate/reassociate.h"
#include "compiler/simplify/evaluate.h"

namespace stator::reassociate {
namespace {

using mlir::failure, mlir::LogicalResult, mlir::PatternRewriter, mlir::RankedTensorType, mlir::success, mlir::Value;

RankedTensorType typeOf(Value x) { return llvm::cast<RankedTensorType>(x.getType()); }

/// `x` for a table of this shape, where all rows of `x` are the same: a constant, or stretched from one row. Null: rows
/// may differ.
Value forTable(PatternRewriter& rewriter, Value x, RankedTensorType table) {
  RankedTensorType type = table.clone(typeOf(x).getElementType());
  if (auto value = simplify::constantOf(x)) return ir::buildConstant(rewriter, x.getLoc(), type, *value);
  auto broadcast = x.getDefiningOp<ir::BroadcastOp>();
  if (!broadcast) return {};
  RankedTensorType from = broadcast.getX().getType();
  if (from.getRank() == 0 || from.getNumElements() != from.getShape().back()) return {};
  auto row = RankedTensorType::get({1, from.getShape().back()}, from.getElementType());
  Value one = rewriter.create<ir::ReshapeOp>(x.getLoc(), row, broadcast.getX());
  return rewriter.create<ir::BroadcastOp>(x.getLoc(), type, one);
}

/// The look-up among an op's operands, which nothing else reads; none: there is none, or two.
std::optional<Lookup> onlyLookup(mlir::Operation* op) {
  std::optional<Lookup> found;
  for (Value operand : op->getOperands()) {
    std::optional<Lookup> lookup = lookupOf(operand);
    if (lookup && (found || !operand.hasOneUse())) return std::nullopt;
    if (lookup) found = lookup;
  }
  return found;
}

struct ElementwiseOfLookup : mlir::RewritePattern {
  explicit ElementwiseOfLookup(mlir::MLIRContext* context) : RewritePattern(MatchAnyOpTypeTag(), 1, context) {}

  LogicalResult matchAndRewrite(mlir::Operation* op, PatternRewriter& rewriter) const override {
    std::optional<Lookup> rows = simplify::isElementwise(op) ? onlyLookup(op) : std::nullopt;
    if (!rows) return failure();
    RankedTensorType table = rows->gather.getX().getType(), result = typeOf(op->getResult(0));
    if (2 * table.getNumElements() > result.getNumElements()) return failure();
    llvm::SmallVector<Value, 3> operands;
    for (Value operand : op->getOperands()) {
      operands.push_back(lookupOf(operand) ? Value(rows->gather.getX()) : forTable(rewriter, operand, table));
      if (!operands.back()) return failure();
    }
    mlir::OperationState state(op->getLoc(), op->getName(), operands, table.clone(result.getElementType()),
                               op->getAttrs());
    rewriter.replaceOp(op, rows->in(rewriter, rewriter.create(state)->getResult(0)));
    return success();
  }
};

}  // namespace

void addTablePatterns(mlir::RewritePatternSet& patterns) { patterns.add<ElementwiseOfLookup>(patterns.getContext()); }

}  // namespace stator::reassociate
