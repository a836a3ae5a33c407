// Identities of elementwise ops that hold for every value, NaN, infinities and the sign of zero included.
#include "compiler/ir/build.h"
#include "compiler/ir/ops.h"
#include "compiler/simplify/evaluate.h"
#include "compiler/simplify/patterns.h"

namespace stator::simplify {
namespace {

using mlir::failure, mlir::LogicalResult, mlir::PatternRewriter, mlir::success, mlir::Value;

LogicalResult replace(mlir::Operation* op, Value value, PatternRewriter& rewriter) {
  rewriter.replaceOp(op, value);
  return success();
}

bool isWhole(Value value) { return !is_float(ir::specOf(value.getType()).dtype); }

/// Adding 0 makes +0 of -0, adding -0 changes nothing; whole numbers have one zero.
bool isNeutralSummand(Value value, bool negative) {
  std::optional<double> number = constantOf(value);
  return number && *number == 0 && (isWhole(value) || std::signbit(*number) == negative);
}

/// A constant on the left of `Op` moves to the right; the op is `Swapped` then.
template <class Op, class Swapped = Op> LogicalResult constantToTheRight(Op op, PatternRewriter& rewriter) {
  if (!constantOf(op.getA()) || constantOf(op.getB())) return failure();
  rewriter.replaceOpWithNewOp<Swapped>(op, op.getResult().getType(), op.getB(), op.getA());
  return success();
}

LogicalResult simplifyAdd(ir::AddOp op, PatternRewriter& rewriter) {
  if (isNeutralSummand(op.getB(), /*negative=*/true)) return replace(op, op.getA(), rewriter);
  if (auto negated = op.getB().getDefiningOp<ir::NegOp>()) {
    rewriter.replaceOpWithNewOp<ir::SubOp>(op, op.getResult().getType(), op.getA(), negated.getX());
    return success();
  }
  if (auto negated = op.getA().getDefiningOp<ir::NegOp>()) {
    rewriter.replaceOpWithNewOp<ir::SubOp>(op, op.getResult().getType(), op.getB(), negated.getX());
    return success();
  }
  return failure();
}

LogicalResult simplifySub(ir::SubOp op, PatternRewriter& rewriter) {
  if (isNeutralSummand(op.getB(), /*negative=*/false)) return replace(op, op.getA(), rewriter);
  if (auto negated = op.getB().getDefiningOp<ir::NegOp>()) {
    rewriter.replaceOpWithNewOp<ir::AddOp>(op, op.getResult().getType(), op.getA(), negated.getX());
    return success();
  }
  return failure();
}

/// x * 1, x * -1, (-x) * c; x * 0 stays, for infinity times it is NaN.
LogicalResult simplifyMul(ir::MulOp op, PatternRewriter& rewriter) {
  std::optional<double> number = constantOf(op.getB());
  if (number == 1.0) return replace(op, op.getA(), rewriter);
  if (number == -1.0) {
    rewriter.replaceOpWithNewOp<ir::NegOp>(op, op.getResult().getType(), op.getA());
    return success();
  }
  auto negated = op.getA().getDefiningOp<ir::NegOp>();
  if (!number || !negated || isWhole(op.getA())) return failure();
  Value opposite = ir::buildConstant(rewriter, op.getLoc(), op.getB().getType(), -*number);
  rewriter.replaceOpWithNewOp<ir::MulOp>(op, op.getResult().getType(), negated.getX(), opposite);
  return success();
}

/// x / 1; division by a power of two whose reciprocal is a normal number.
LogicalResult simplifyDiv(ir::DivOp op, PatternRewriter& rewriter) {
  std::optional<double> number = constantOf(op.getB());
  if (number == 1.0) return replace(op, op.getA(), rewriter);
  int exponent = 0;
  if (!number || isWhole(op.getB()) || std::abs(std::frexp(*number, &exponent)) != 0.5 || std::abs(exponent) > 14)
    return failure();
  Value reciprocal = ir::buildConstant(rewriter, op.getLoc(), op.getB().getType(), 1 / *number);
  rewriter.replaceOpWithNewOp<ir::MulOp>(op, op.getResult().getType(), op.getA(), reciprocal);
  return success();
}

LogicalResult simplifyPow(ir::PowOp op, PatternRewriter& rewriter) {
  std::optional<double> number = constantOf(op.getB());
  if (number == 1.0) return replace(op, op.getA(), rewriter);
  if (number != 2.0) return failure();
  rewriter.replaceOpWithNewOp<ir::SquareOp>(op, op.getResult().getType(), op.getA());
  return success();
}

/// -(-x), and -(x * c).
LogicalResult simplifyNeg(ir::NegOp op, PatternRewriter& rewriter) {
  if (auto inner = op.getX().getDefiningOp<ir::NegOp>()) return replace(op, inner.getX(), rewriter);
  auto product = op.getX().getDefiningOp<ir::MulOp>();
  std::optional<double> number = product ? constantOf(product.getB()) : std::nullopt;
  if (!number || isWhole(op.getX())) return failure();
  Value opposite = ir::buildConstant(rewriter, op.getLoc(), product.getB().getType(), -*number);
  rewriter.replaceOpWithNewOp<ir::MulOp>(op, op.getResult().getType(), product.getA(), opposite);
  return success();
}

LogicalResult simplifyRelu(ir::ReluOp op, PatternRewriter& rewriter) {
  auto inner = op.getX().getDefiningOp<ir::ReluOp>();
  return inner ? replace(op, inner.getResult(), rewriter) : failure();
}

/// x <= 0 where relu(x) is there: relu(x) <= 0, so that what asks later needs relu(x) alone.
LogicalResult askRelu(ir::LessEqualOp op, PatternRewriter& rewriter) {
  if (constantOf(op.getB()) != 0.0) return failure();
  for (mlir::Operation* user : op.getA().getUsers()) {
    auto relu = llvm::dyn_cast<ir::ReluOp>(user);
    if (!relu || relu->getBlock() != op->getBlock() || !relu->isBeforeInBlock(op)) continue;
    rewriter.modifyOpInPlace(op, [&] { op.getAMutable().assign(relu.getResult()); });
    return success();
  }
  return failure();
}

LogicalResult simplifyAnd(ir::LogicalAndOp op, PatternRewriter& rewriter) {
  if (op.getA() == op.getB()) return replace(op, op.getA(), rewriter);
  std::optional<double> truth = constantOf(op.getB());
  return truth ? replace(op, *truth != 0 ? op.getA() : op.getB(), rewriter) : failure();
}

LogicalResult simplifyOr(ir::LogicalOrOp op, PatternRewriter& rewriter) {
  if (op.getA() == op.getB()) return replace(op, op.getA(), rewriter);
  std::optional<double> truth = constantOf(op.getB());
  return truth ? replace(op, *truth != 0 ? op.getB() : op.getA(), rewriter) : failure();
}

/// A known condition, equal branches, and a branch that asks the same condition again.
LogicalResult simplifyWhere(ir::WhereOp op, PatternRewriter& rewriter) {
  if (op.getA() == op.getB()) return replace(op, op.getA(), rewriter);
  if (std::optional<double> truth = constantOf(op.getCondition()))
    return replace(op, *truth != 0 ? op.getA() : op.getB(), rewriter);
  auto a = op.getA().getDefiningOp<ir::WhereOp>(), b = op.getB().getDefiningOp<ir::WhereOp>();
  bool again = a && a.getCondition() == op.getCondition();
  bool otherwise = b && b.getCondition() == op.getCondition();
  if (!again && !otherwise) return failure();
  rewriter.modifyOpInPlace(op, [&] {
    if (again) op.getAMutable().assign(a.getA());
    if (otherwise) op.getBMutable().assign(b.getB());
  });
  return success();
}

/// Whether every value of `from` is one of `to`.
bool isExact(DType from, DType to) {
  if (from == to || from == DType::boolean) return true;
  if (is_float(from)) return is_float(to) && (to == DType::f64 || (to == DType::f32 && from != DType::f64));
  if (is_float(to)) return size_bytes(from) * 8 <= (to == DType::f64 ? 32 : to == DType::f32 ? 16 : 8);
  if (to == DType::u8 || to == DType::boolean) return false;
  return size_bytes(from) < size_bytes(to);
}

LogicalResult simplifyCast(ir::CastOp op, PatternRewriter& rewriter) {
  if (op.getX().getType() == op.getResult().getType()) return replace(op, op.getX(), rewriter);
  auto inner = op.getX().getDefiningOp<ir::CastOp>();
  if (!inner) return failure();
  DType first = ir::specOf(inner.getX().getType()).dtype, middle = ir::specOf(op.getX().getType()).dtype;
  if (!isExact(first, middle)) return failure();
  rewriter.replaceOpWithNewOp<ir::CastOp>(op, op.getResult().getType(), inner.getX());
  return success();
}

}  // namespace

void addElementwisePatterns(mlir::RewritePatternSet& patterns) {
  patterns.add(constantToTheRight<ir::AddOp>);
  patterns.add(constantToTheRight<ir::MulOp>);
  patterns.add(constantToTheRight<ir::MaximumOp>);
  patterns.add(constantToTheRight<ir::MinimumOp>);
  patterns.add(constantToTheRight<ir::EqualOp>);
  patterns.add(constantToTheRight<ir::NotEqualOp>);
  patterns.add(constantToTheRight<ir::LogicalAndOp>);
  patterns.add(constantToTheRight<ir::LogicalOrOp>);
  patterns.add(constantToTheRight<ir::LessOp, ir::GreaterOp>);
  patterns.add(constantToTheRight<ir::LessEqualOp, ir::GreaterEqualOp>);
  patterns.add(constantToTheRight<ir::GreaterOp, ir::LessOp>);
  patterns.add(constantToTheRight<ir::GreaterEqualOp, ir::LessEqualOp>);
  patterns.add(simplifyAdd);
  patterns.add(simplifySub);
  patterns.add(simplifyMul);
  patterns.add(simplifyDiv);
  patterns.add(simplifyPow);
  patterns.add(simplifyNeg);
  patterns.add(simplifyRelu);
  patterns.add(askRelu);
  patterns.add(simplifyAnd);
  patterns.add(simplifyOr);
  patterns.add(simplifyWhere);
  patterns.add(simplifyCast);
}

}  // namespace stator::simplify
