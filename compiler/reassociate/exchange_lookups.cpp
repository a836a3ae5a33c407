// A product of rows that were looked up is a look-up in the product of the table; where the table is the smaller of the
// two, that is less work. Its two gradients likewise: rows are summed into a table before the product, not behind it.
#include "compiler/interface/ops/elementwise.h"
#include "compiler/interface/ops/indexing.h"
#include "compiler/ir/build.h"
#include "compiler/ir/rules.h"
#include "compiler/reassociate/lookup.h"
#include "compiler/reassociate/reassociate.h"
#include "compiler/simplify/axes.h"

namespace stator::reassociate {
namespace {

using mlir::failure, mlir::LogicalResult, mlir::PatternRewriter, mlir::RankedTensorType, mlir::success, mlir::Value;

/// Whether a table is so much smaller than what is looked up that a gather or a scatter of the product's width pays.
bool pays(int64_t tableRows, int64_t rows) { return 2 * tableRows <= rows; }

bool isMatrix(Value x) { return llvm::cast<RankedTensorType>(x.getType()).getRank() == 2; }

Value product(PatternRewriter& rewriter, Value a, Value b) {
  return ir::buildOp(rewriter, a.getLoc(), rule::EqualRankMatmul{}, {a, b});
}

Value transposed(PatternRewriter& rewriter, Value x) {
  return simplify::permute(rewriter, x.getLoc(), x, llvm::ArrayRef<int64_t>{1, 0});
}

/// The matrix that `x` is the transpose of; null: it is none.
Value transposedOf(Value x) {
  auto permute = x.getDefiningOp<ir::PermuteOp>();
  return permute && isMatrix(x) && permute.getAxes()[0] == 1 ? permute.getX() : Value();
}

/// `rows`, [indices..., width], summed into a table of `tableRows`.
Value summedRows(PatternRewriter& rewriter, Value indices, Value rows, int64_t tableRows) {
  auto type = llvm::cast<RankedTensorType>(rows.getType());
  auto table = RankedTensorType::get({tableRows, type.getShape().back()}, type.getElementType());
  return ir::buildOpAs(rewriter, rows.getLoc(), rule::ScatterAdd{0}, {indices, rows}, table);
}

/// gather(T)[n, K] * B is gather(T * B).
LogicalResult productOfLookup(ir::MatmulOp op, PatternRewriter& rewriter) {
  std::optional<Lookup> rows = isMatrix(op.getA()) ? lookupOf(op.getA()) : std::nullopt;
  if (!rows || !pays(rows->tableRows(), op.getA().getType().getDimSize(0))) return failure();
  rewriter.replaceOp(op, rows->in(rewriter, product(rewriter, rows->gather.getX(), op.getB())));
  return success();
}

/// The table with zeros for the rows that are never looked up: what stands there, infinities too, does not count.
Value usedRows(PatternRewriter& rewriter, ir::GatherOp gather) {
  mlir::Location location = gather.getLoc();
  RankedTensorType table = gather.getX().getType();
  llvm::SmallVector<int64_t> shape(gather.getIndices().getType().getShape());
  shape.push_back(1);
  auto one = RankedTensorType::get(shape, table.getElementType());
  Value ones = ir::buildConstant(rewriter, location, one, 1), zeros = ir::buildConstant(rewriter, location, table, 0);
  Value uses = summedRows(rewriter, gather.getIndices(), ones, table.getDimSize(0));
  Value stretched = rewriter.create<ir::BroadcastOp>(location, table, uses);
  Value used = ir::buildOp(rewriter, location, rule::less{}, {zeros, stretched});
  return ir::buildOp(rewriter, location, rule::Where{}, {used, gather.getX(), zeros});
}

/// G^T * gather(T) is scatter(G)^T * T, and gather(T)^T * G is T^T * scatter(G).
LogicalResult productOverLookup(ir::MatmulOp op, PatternRewriter& rewriter) {
  Value a = transposedOf(op.getA());
  if (!a) return failure();
  std::optional<Lookup> left = lookupOf(a), right = lookupOf(op.getB());
  Lookup* rows = right ? &*right : left ? &*left : nullptr;
  if (!rows || !pays(rows->tableRows(), op.getB().getType().getDimSize(0))) return failure();
  Value others = movedBack(rewriter, rows->moves, right ? a : Value(op.getB()));
  Value sums = summedRows(rewriter, rows->gather.getIndices(), others, rows->tableRows());
  Value table = usedRows(rewriter, rows->gather);
  rewriter.replaceOp(op, right ? product(rewriter, transposed(rewriter, sums), table)
                               : product(rewriter, transposed(rewriter, table), sums));
  return success();
}

/// scatter(A * B) is scatter(A) * B.
LogicalResult sumOfProducts(ir::ScatterAddOp op, PatternRewriter& rewriter) {
  RowMoves moves = rowMovesOf(op.getRows());
  auto matmul = moves.source.getDefiningOp<ir::MatmulOp>();
  if (op.getAxis() != 0 || op.getType().getRank() != 2 || !matmul || !isMatrix(matmul) || !matmul->hasOneUse())
    return failure();
  if (!pays(op.getType().getDimSize(0), matmul.getType().getDimSize(0))) return failure();
  Value rows = moved(rewriter, moves, matmul.getA());
  Value sums = summedRows(rewriter, op.getIndices(), rows, op.getType().getDimSize(0));
  rewriter.replaceOp(op, product(rewriter, sums, matmul.getB()));
  return success();
}

}  // namespace

void addLookupPatterns(mlir::RewritePatternSet& patterns) {
  patterns.add(productOfLookup);
  patterns.add(productOverLookup);
  patterns.add(sumOfProducts);
}

}  // namespace stator::reassociate
