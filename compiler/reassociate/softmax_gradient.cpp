// The gradient of y = e / s with e = exp(x), s = sum(e): from `(dy / s + sum(-dy * (y / s))) * e` to
// `(dy - sum(dy * y)) * y`.
//
// Term by term the chain rule reads e, y / s and y, which the forward pass would have to keep; y alone is enough.
#include "compiler/ir/build.h"
#include "compiler/ir/ops.h"
#include "compiler/ir/rules.h"
#include "compiler/reassociate/reassociate.h"

namespace stator::reassociate {
namespace {

using mlir::failure, mlir::LogicalResult, mlir::PatternRewriter, mlir::success, mlir::Value;

/// What divides `e` in the forward pass, stretched, and the quotient.
struct Softmax {
  ir::BroadcastOp sum;
  ir::DivOp y;
};

/// `x` is a divided by b.
bool isQuotient(Value x, Value a, Value b) {
  auto division = x.getDefiningOp<ir::DivOp>();
  return division && division->getOperand(0) == a && division->getOperand(1) == b;
}

/// Whether `product` is -dy * (y / s), in either order.
bool isShare(Value product, Value dy, Softmax softmax) {
  auto mul = product.getDefiningOp<ir::MulOp>();
  if (!mul) return false;
  for (int which : {0, 1}) {
    auto negation = mul->getOperand(which).getDefiningOp<ir::NegOp>();
    if (negation && negation->getOperand(0) == dy &&
        isQuotient(mul->getOperand(1 - which), softmax.y.getResult(), softmax.sum.getResult()))
      return true;
  }
  return false;
}

/// The sum over the shares that `x` stretches; null where it is another value.
ir::SumOp sumOfShares(Value x, Value dy, Softmax softmax) {
  auto broadcast = x.getDefiningOp<ir::BroadcastOp>();
  auto sum = broadcast ? broadcast.getX().getDefiningOp<ir::SumOp>() : ir::SumOp();
  if (!sum || !isShare(sum.getX(), dy, softmax)) return {};
  for (int64_t axis : sum.getAxes())
    if (softmax.sum.getX().getType().getDimSize(axis) != 1) return {};
  return sum;
}

Value gradientBy(PatternRewriter& rewriter, mlir::Location location, ir::SumOp shares, Value dy, Value y) {
  Value product = ir::buildOp(rewriter, location, rule::mul{}, {dy, y});
  Value sum = ir::buildOp(rewriter, location, ir::ruleOf<rule::Sum>(shares), {product});
  Value stretched = rewriter.create<ir::BroadcastOp>(location, dy.getType(), sum);
  return ir::buildOp(rewriter, location, rule::mul{},
                     {ir::buildOp(rewriter, location, rule::sub{}, {dy, stretched}), y});
}

/// The gradient where `total` is `dy / s + sum(...)`, to be multiplied with `e`; null where it is another value.
Value gradientOf(PatternRewriter& rewriter, mlir::Location location, ir::AddOp total, Value e) {
  for (int first : {0, 1}) {
    auto direct = total->getOperand(first).getDefiningOp<ir::DivOp>();
    auto stretched = direct ? direct->getOperand(1).getDefiningOp<ir::BroadcastOp>() : ir::BroadcastOp();
    if (!stretched) continue;
    for (mlir::Operation* user : e.getUsers()) {
      auto y = llvm::dyn_cast<ir::DivOp>(user);
      if (!y || !isQuotient(y, e, stretched)) continue;
      Value dy = direct->getOperand(0);
      if (ir::SumOp shares = sumOfShares(total->getOperand(1 - first), dy, {stretched, y}))
        return gradientBy(rewriter, location, shares, dy, y);
    }
  }
  return {};
}

LogicalResult readOnlyResult(ir::MulOp mul, PatternRewriter& rewriter) {
  for (int which : {0, 1}) {
    auto total = mul->getOperand(which).getDefiningOp<ir::AddOp>();
    Value gradient = total ? gradientOf(rewriter, mul.getLoc(), total, mul->getOperand(1 - which)) : Value();
    if (!gradient) continue;
    rewriter.replaceOp(mul, gradient);
    return success();
  }
  return failure();
}

}  // namespace

void addSoftmaxPatterns(mlir::RewritePatternSet& patterns) { patterns.add(readOnlyResult); }

}  // namespace stator::reassociate
