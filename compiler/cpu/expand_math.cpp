// f32 math functions as polynomials at full vector width.
#include "compiler/cpu/expand_math.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace stator::cpu {
namespace {

namespace arith = mlir::arith;
namespace math = mlir::math;
using mlir::Value;

/// Arithmetic on f32 scalars or vectors of one type.
struct Arithmetic {
  mlir::PatternRewriter& rewriter;
  mlir::Location location;
  mlir::Type type;

  mlir::Type integerType() const {
    mlir::Type i32 = rewriter.getI32Type();
    if (auto vector = mlir::dyn_cast<mlir::VectorType>(type)) return vector.clone(i32);
    return i32;
  }
  Value splat(mlir::Type of, mlir::Attribute value) const {
    mlir::TypedAttr attribute = mlir::cast<mlir::TypedAttr>(value);
    if (auto vector = mlir::dyn_cast<mlir::VectorType>(of)) attribute = mlir::DenseElementsAttr::get(vector, value);
    return rewriter.create<arith::ConstantOp>(location, attribute);
  }
  Value number(float value) const { return splat(type, rewriter.getF32FloatAttr(value)); }
  Value integer(int value) const { return splat(integerType(), rewriter.getI32IntegerAttr(value)); }
  Value add(Value a, Value b) const { return rewriter.create<arith::AddFOp>(location, a, b); }
  Value multiply(Value a, Value b) const { return rewriter.create<arith::MulFOp>(location, a, b); }
  Value multiplyAdd(Value a, Value b, Value c) const { return rewriter.create<math::FmaOp>(location, a, b, c); }
  Value select(Value condition, Value a, Value b) const {
    return rewriter.create<arith::SelectOp>(location, condition, a, b);
  }
  /// The polynomial in x, highest power first.
  Value polynomial(Value x, std::initializer_list<float> coefficients) const {
    Value sum;
    for (float coefficient : coefficients) sum = sum ? multiplyAdd(sum, x, number(coefficient)) : number(coefficient);
    return sum;
  }
  /// Whether bit `bit` of each integer is set.
  Value bitSet(Value value, int bit) const {
    Value masked = rewriter.create<arith::AndIOp>(location, value, integer(bit));
    return rewriter.create<arith::CmpIOp>(location, arith::CmpIPredicate::ne, masked, integer(0));
  }
};

bool isF32(mlir::Type type) { return mlir::getElementTypeOrSelf(type).isF32(); }

/// Added to a number below 2^22 in size, it leaves the nearest integer in the sum's low bits.
constexpr float rounder = 0x1.8p23f;

/// `value` times 2^n, which is a product of two factors so that results below and at the ends of the normal range come
/// out right.
Value scaled(const Arithmetic& f, Value value, Value n) {
  Value half = f.rewriter.create<arith::ShRSIOp>(f.location, n, f.integer(1));
  Value rest = f.rewriter.create<arith::SubIOp>(f.location, n, half);
  for (Value power : {half, rest}) {
    Value biased = f.rewriter.create<arith::AddIOp>(f.location, power, f.integer(127));
    Value bits = f.rewriter.create<arith::ShLIOp>(f.location, biased, f.integer(23));
    value = f.multiply(value, f.rewriter.create<arith::BitcastOp>(f.location, f.type, bits));
  }
  return value;
}

/// `value` times 2^n where both that and the result are in the normal range.
Value scaledWithin(const Arithmetic& f, Value value, Value n) {
  Value bits = f.rewriter.create<arith::ShLIOp>(
      f.location, f.rewriter.create<arith::AddIOp>(f.location, n, f.integer(127)), f.integer(23));
  return f.multiply(value, f.rewriter.create<arith::BitcastOp>(f.location, f.type, bits));
}

/// e^r 2^n for r of at most ln(2) / 2 in size, where `shifted` is n + rounder, and `scale` multiplies by 2^n.
Value exponential(const Arithmetic& f, Value shifted, Value r, Value (*scale)(const Arithmetic&, Value, Value)) {
  Value series = f.polynomial(
      r, {1.9875691500e-4f, 1.3981999507e-3f, 8.3334519073e-3f, 4.1665795894e-2f, 1.6666665459e-1f, 5.0000001201e-1f});
  Value power = f.add(f.multiplyAdd(f.multiply(r, r), series, r), f.number(1));
  Value bits = f.rewriter.create<arith::BitcastOp>(f.location, f.integerType(), shifted);
  Value n = f.rewriter.create<arith::SubIOp>(f.location, bits, f.integer(llvm::bit_cast<int>(rounder)));
  return scale(f, power, n);
}

/// e^x for x that is not beyond what `scale` can bear: x less ln(2) times the nearest integer to x / ln(2); ln(2) in
/// two parts, of which the first times n is exact.
Value exponential(const Arithmetic& f, Value x, Value (*scale)(const Arithmetic&, Value, Value)) {
  Value shifted = f.multiplyAdd(x, f.number(1.44269504088896341f), f.number(rounder));
  Value n = f.add(shifted, f.number(-rounder)), r = x;
  for (float part : {0.693359375f, -2.12194440e-4f}) r = f.multiplyAdd(n, f.number(-part), r);
  return exponential(f, shifted, r, scale);
}

/// Beyond these bounds the result is 0 or infinity; NaN stays.
Value between(const Arithmetic& f, Value x, float low, float high) {
  auto isLess = [&](Value a, Value b) -> Value {
    return f.rewriter.create<arith::CmpFOp>(f.location, arith::CmpFPredicate::OLT, a, b);
  };
  Value least = f.number(low), most = f.number(high);
  Value atMost = f.select(isLess(most, x), most, x);
  return f.select(isLess(atMost, least), least, atMost);
}

struct ExpandExp : mlir::OpRewritePattern<math::ExpOp> {
  using OpRewritePattern::OpRewritePattern;

  mlir::LogicalResult matchAndRewrite(math::ExpOp op, mlir::PatternRewriter& rewriter) const override {
    if (!isF32(op.getType())) return mlir::failure();
    Arithmetic f{rewriter, op.getLoc(), op.getType()};
    rewriter.replaceOp(op, exponential(f, between(f, op.getOperand(), -104.5f, 89), scaled));
    return mlir::success();
  }
};

struct ExpandExp2 : mlir::OpRewritePattern<math::Exp2Op> {
  using OpRewritePattern::OpRewritePattern;

  mlir::LogicalResult matchAndRewrite(math::Exp2Op op, mlir::PatternRewriter& rewriter) const override {
    if (!isF32(op.getType())) return mlir::failure();
    Arithmetic f{rewriter, op.getLoc(), op.getType()};
    Value x = between(f, op.getOperand(), -151, 129), shifted = f.add(x, f.number(rounder));
    Value fraction = rewriter.create<arith::SubFOp>(f.location, x, f.add(shifted, f.number(-rounder)));
    rewriter.replaceOp(op, exponential(f, shifted, f.multiply(fraction, f.number(0.693147180559945309f)), scaled));
    return mlir::success();
  }
};

/// x + x^3 P(x^2) below 0.625 in size, 1 - 2 / (exp(2 |x|) + 1) with x's sign above.
struct ExpandTanh : mlir::OpRewritePattern<math::TanhOp> {
  using OpRewritePattern::OpRewritePattern;

  mlir::LogicalResult matchAndRewrite(math::TanhOp op, mlir::PatternRewriter& rewriter) const override {
    if (!isF32(op.getType())) return mlir::failure();
    Arithmetic f{rewriter, op.getLoc(), op.getType()};
    Value x = op.getOperand(), square = f.multiply(x, x);
    Value series = f.polynomial(
        square, {-5.70498872745e-3f, 2.06390887954e-2f, -5.37397155531e-2f, 1.33314422036e-1f, -3.33332819422e-1f});
    Value small = f.multiplyAdd(f.multiply(square, x), series, x);
    Value size = rewriter.create<math::AbsFOp>(f.location, x);
    Value power = rewriter.create<math::ExpOp>(f.location, f.add(size, size));
    Value quotient = rewriter.create<arith::DivFOp>(f.location, f.number(-2), f.add(power, f.number(1)));
    Value large = rewriter.create<math::CopySignOp>(f.location, f.add(quotient, f.number(1)), x);
    Value isSmall = rewriter.create<arith::CmpFOp>(f.location, arith::CmpFPredicate::OLT, size, f.number(0.625f));
    rewriter.replaceOp(op, f.select(isSmall, small, large));
    return mlir::success();
  }
};

/// x + x P(x^2) below 0.92 in size, 1 - exp(-t - t Q(t)) with x's sign above, where t is |x|; from 4 on it is 1. P and
/// Q are fitted for the least greatest relative error of the whole.
struct ExpandErf : mlir::OpRewritePattern<math::ErfOp> {
  using OpRewritePattern::OpRewritePattern;

  mlir::LogicalResult matchAndRewrite(math::ErfOp op, mlir::PatternRewriter& rewriter) const override {
    if (!isF32(op.getType())) return mlir::failure();
    Arithmetic f{rewriter, op.getLoc(), op.getType()};
    auto isLess = [&](Value a, Value b) -> Value {
      return rewriter.create<arith::CmpFOp>(f.location, arith::CmpFPredicate::OLT, a, b);
    };
    Value x = op.getOperand(), size = rewriter.create<math::AbsFOp>(f.location, x), most = f.number(4);
    Value series = f.polynomial(
        f.multiply(x, x), {-5.999545e-4f, 4.9948627e-3f, -2.6767747e-2f, 1.1281847e-1f, -3.7612498e-1f, 1.2837915e-1f});
    Value small = f.multiplyAdd(x, series, x), t = f.select(isLess(most, size), most, size);
    Value exponent =
        f.polynomial(t, {2.1398593e-4f, -3.214963e-3f, 2.2889987e-2f, -1.0526188e-1f, -6.357183e-1f, -1.2851436e-1f});
    Value minusT = rewriter.create<arith::NegFOp>(f.location, t);
    Value rest = exponential(f, f.multiplyAdd(t, exponent, minusT), scaledWithin);
    Value large = rewriter.create<arith::SubFOp>(f.location, f.number(1), rest);
    Value whole =
        f.select(isLess(size, f.number(0.92f)), small, rewriter.create<math::CopySignOp>(f.location, large, x));
    rewriter.replaceOp(op, whole);
    return mlir::success();
  }
};

/// sin(x + quarter * pi / 2): x is reduced to r in [-pi/4, pi/4] by pi/2 in three parts, and the quadrant chooses
/// between sin(r) and cos(r) and the sign.
Value sine(const Arithmetic& f, Value x, int quarter) {
  mlir::PatternRewriter& rewriter = f.rewriter;
  Value turns = rewriter.create<math::RoundEvenOp>(f.location, f.multiply(x, f.number(0.636619772367581343f)));
  Value r = x;
  for (float part : {1.5703125f, 4.837512969970703125e-4f, 7.54978995489188216e-8f})
    r = f.multiplyAdd(turns, f.number(-part), r);
  Value square = f.multiply(r, r);
  Value sinSeries = f.polynomial(square, {-1.9515295891e-4f, 8.3321608736e-3f, -1.6666654611e-1f});
  Value sinR = f.multiplyAdd(f.multiply(square, r), sinSeries, r);
  Value cosSeries =
      f.polynomial(square, {2.443315711809948e-5f, -1.388731625493765e-3f, 4.166664568298827e-2f, -0.5f, 1.0f});
  Value quadrant = rewriter.create<arith::AddIOp>(
      f.location, rewriter.create<arith::FPToSIOp>(f.location, f.integerType(), turns), f.integer(quarter));
  Value chosen = f.select(f.bitSet(quadrant, 1), cosSeries, sinR);
  return f.select(f.bitSet(quadrant, 2), rewriter.create<arith::NegFOp>(f.location, chosen), chosen);
}

template <class Op, int quarter> struct ExpandSine : mlir::OpRewritePattern<Op> {
  using mlir::OpRewritePattern<Op>::OpRewritePattern;

  mlir::LogicalResult matchAndRewrite(Op op, mlir::PatternRewriter& rewriter) const override {
    if (!isF32(op.getType())) return mlir::failure();
    rewriter.replaceOp(op, sine({rewriter, op.getLoc(), op.getType()}, op.getOperand(), quarter));
    return mlir::success();
  }
};

/// atan(t) + base, where t is |x| brought to at most tan(pi / 8) and base is 0, pi / 4 or pi / 2; then x's sign.
struct ExpandAtan : mlir::OpRewritePattern<math::AtanOp> {
  using OpRewritePattern::OpRewritePattern;

  mlir::LogicalResult matchAndRewrite(math::AtanOp op, mlir::PatternRewriter& rewriter) const override {
    if (!isF32(op.getType())) return mlir::failure();
    Arithmetic f{rewriter, op.getLoc(), op.getType()};
    Value size = rewriter.create<math::AbsFOp>(f.location, op.getOperand());
    auto above = [&](float bound) -> Value {
      return rewriter.create<arith::CmpFOp>(f.location, arith::CmpFPredicate::OGT, size, f.number(bound));
    };
    Value middle = above(0.4142135623730950f), high = above(2.414213562373095f);
    Value top = f.select(high, f.number(-1), f.add(size, f.number(-1)));
    Value bottom = f.select(high, size, f.add(size, f.number(1)));
    Value t = f.select(middle, rewriter.create<arith::DivFOp>(f.location, top, bottom), size);
    Value base =
        f.select(high, f.number(1.5707963267948966f), f.select(middle, f.number(0.7853981633974483f), f.number(0)));
    Value square = f.multiply(t, t);
    Value series = f.polynomial(square, {8.05374449538e-2f, -1.38776856032e-1f, 1.99777106478e-1f, -3.33329491539e-1f});
    Value sum = f.add(base, f.multiplyAdd(f.multiply(square, t), series, t));
    rewriter.replaceOpWithNewOp<math::CopySignOp>(op, sum, op.getOperand());
    return mlir::success();
  }
};

/// The angle of |x| / |y| in the first quadrant, brought to that of the point (y, x). Where both are as large, infinite
/// too, the ratio is 1; where both are 0 it is 0.
struct ExpandAtan2 : mlir::OpRewritePattern<math::Atan2Op> {
  using OpRewritePattern::OpRewritePattern;

  mlir::LogicalResult matchAndRewrite(math::Atan2Op op, mlir::PatternRewriter& rewriter) const override {
    if (!isF32(op.getType())) return mlir::failure();
    Arithmetic f{rewriter, op.getLoc(), op.getType()};
    auto compare = [&](arith::CmpFPredicate predicate, Value a, Value b) -> Value {
      return rewriter.create<arith::CmpFOp>(f.location, predicate, a, b);
    };
    Value x = rewriter.create<math::AbsFOp>(f.location, op.getLhs());
    Value y = rewriter.create<math::AbsFOp>(f.location, op.getRhs());
    Value zero = f.number(0), one = f.number(1);
    Value whereEqual = f.select(compare(arith::CmpFPredicate::OEQ, x, zero), zero, one);
    Value ratio = f.select(compare(arith::CmpFPredicate::OEQ, x, y), whereEqual,
                           rewriter.create<arith::DivFOp>(f.location, x, y));
    Value angle = rewriter.create<math::AtanOp>(f.location, ratio);
    Value side = rewriter.create<math::CopySignOp>(f.location, one, op.getRhs());
    Value opposite = rewriter.create<arith::SubFOp>(f.location, f.number(3.14159265358979f), angle);
    Value size = f.select(compare(arith::CmpFPredicate::OLT, side, zero), opposite, angle);
    rewriter.replaceOpWithNewOp<math::CopySignOp>(op, size, op.getLhs());
    return mlir::success();
  }
};

struct SplitVectorMultiplyAdd : mlir::OpRewritePattern<mlir::vector::FMAOp> {
  using OpRewritePattern::OpRewritePattern;

  mlir::LogicalResult matchAndRewrite(mlir::vector::FMAOp op, mlir::PatternRewriter& rewriter) const override {
    Value product = rewriter.create<arith::MulFOp>(op.getLoc(), op.getLhs(), op.getRhs());
    rewriter.replaceOpWithNewOp<arith::AddFOp>(op, product, op.getAcc());
    return mlir::success();
  }
};

/// Rewrites what is asked for and what comes of that, which is little of a module.
mlir::LogicalResult rewrite(mlir::ModuleOp module, llvm::function_ref<bool(mlir::Operation*)> isAskedFor,
                            mlir::RewritePatternSet&& patterns) {
  llvm::SmallVector<mlir::Operation*> all;
  module->walk([&](mlir::Operation* op) {
    if (isAskedFor(op)) all.push_back(op);
  });
  return mlir::applyOpPatternsAndFold(all, std::move(patterns));
}

}  // namespace

mlir::LogicalResult expandMath(mlir::ModuleOp module) {
  mlir::RewritePatternSet patterns(module.getContext());
  mlir::populateMathPolynomialApproximationPatterns(patterns);
  patterns.add<ExpandAtan, ExpandAtan2, ExpandErf, ExpandExp, ExpandExp2, ExpandTanh, ExpandSine<math::SinOp, 0>,
               ExpandSine<math::CosOp, 1>>(module.getContext(), /*before MLIR's own*/ 2);
  auto isMath = [](mlir::Operation* op) { return llvm::isa<math::MathDialect>(op->getDialect()); };
  return rewrite(module, isMath, std::move(patterns));
}

mlir::LogicalResult splitMultiplyAdds(mlir::ModuleOp module) {
  mlir::RewritePatternSet patterns(module.getContext());
  mlir::populateExpandFmaFPattern(patterns);
  patterns.add<SplitVectorMultiplyAdd>(module.getContext());
  return rewrite(module, llvm::IsaPred<mlir::vector::FMAOp, math::FmaOp>, std::move(patterns));
}

}  // namespace stator::cpu
