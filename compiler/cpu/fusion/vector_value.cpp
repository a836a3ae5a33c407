// The algebra of elementwise rows over vectors.
#include "compiler/cpu/fusion/vector_value.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Matchers.h"

namespace stator::cpu {

namespace arith = mlir::arith;
namespace math = mlir::math;
using kernels::OpBuilder;
using Real = arith::CmpFPredicate;
using Whole = arith::CmpIPredicate;

namespace {

template <class Op> VectorValue build(const VectorValue& like, ValueRange operands) {
  return {like.ix, like.ix->builder.create<Op>(like.ix->location, operands), like.isUnsigned};
}

template <class RealOp, class WholeOp> VectorValue either(const VectorValue& a, const VectorValue& b) {
  return a.isReal() ? build<RealOp>(a, {a.value, b.value}) : build<WholeOp>(a, {a.value, b.value});
}

/// Whole numbers stay as they are.
template <class Op> VectorValue rounded(const VectorValue& x) { return x.isReal() ? build<Op>(x, {x.value}) : x; }

VectorValue compare(const VectorValue& a, const VectorValue& b, Real real, Whole whole, Whole natural) {
  OpBuilder& builder = a.ix->builder;
  bool zeroExtended = a.isUnsigned || a.element().isInteger(1);
  if (a.isReal()) return {a.ix, builder.create<arith::CmpFOp>(a.ix->location, real, a.value, b.value)};
  return {a.ix, builder.create<arith::CmpIOp>(a.ix->location, zeroExtended ? natural : whole, a.value, b.value)};
}

bool isNumber(const VectorValue& x) {
  mlir::Attribute attribute;
  if (!mlir::matchPattern(x.value, mlir::m_Constant(&attribute))) return false;
  auto splat = llvm::dyn_cast<mlir::SplatElementsAttr>(attribute);
  return splat && !splat.getSplatValue<mlir::APFloat>().isNaN();
}

/// The one that `comparison` prefers; NaN where one is. A comparison with NaN is false, so its second choice wins.
VectorValue extreme(const VectorValue& a, const VectorValue& b, Real comparison) {
  OpBuilder& builder = a.ix->builder;
  auto pick = [&](const VectorValue& first, const VectorValue& second) {
    Value better = builder.create<arith::CmpFOp>(a.ix->location, comparison, first.value, second.value);
    return VectorValue{a.ix, builder.create<arith::SelectOp>(a.ix->location, better, first.value, second.value)};
  };
  if (isNumber(b)) return pick(b, a);
  if (isNumber(a)) return pick(a, b);
  Value isNan = builder.create<arith::CmpFOp>(a.ix->location, Real::UNO, b.value, b.value);
  return {a.ix, builder.create<arith::SelectOp>(a.ix->location, isNan, b.value, pick(b, a).value)};
}

}  // namespace

VectorValue constant(const VectorValue& like, double value) {
  return {like.ix, splat(*like.ix, like.element(), value, like.lanes()), like.isUnsigned};
}

VectorValue operator-(const VectorValue& x) {
  return x.isReal() ? build<arith::NegFOp>(x, {x.value}) : constant(x, 0) - x;
}
VectorValue operator+(const VectorValue& a, const VectorValue& b) { return either<arith::AddFOp, arith::AddIOp>(a, b); }
VectorValue operator-(const VectorValue& a, const VectorValue& b) { return either<arith::SubFOp, arith::SubIOp>(a, b); }
VectorValue operator*(const VectorValue& a, const VectorValue& b) { return either<arith::MulFOp, arith::MulIOp>(a, b); }
VectorValue operator/(const VectorValue& a, const VectorValue& b) {
  return either<arith::DivFOp, arith::DivSIOp>(a, b);
}

VectorValue operator==(const VectorValue& a, const VectorValue& b) {
  return compare(a, b, Real::OEQ, Whole::eq, Whole::eq);
}
VectorValue operator!=(const VectorValue& a, const VectorValue& b) {
  return compare(a, b, Real::UNE, Whole::ne, Whole::ne);
}
VectorValue operator<(const VectorValue& a, const VectorValue& b) {
  return compare(a, b, Real::OLT, Whole::slt, Whole::ult);
}
VectorValue operator<=(const VectorValue& a, const VectorValue& b) {
  return compare(a, b, Real::OLE, Whole::sle, Whole::ule);
}
VectorValue operator&&(const VectorValue& a, const VectorValue& b) {
  return build<arith::AndIOp>(a, {a.value, b.value});
}
VectorValue operator||(const VectorValue& a, const VectorValue& b) {
  return build<arith::OrIOp>(a, {a.value, b.value});
}

VectorValue abs(const VectorValue& x) {
  if (x.isReal()) return build<math::AbsFOp>(x, {x.value});
  return x.isUnsigned ? x : build<math::AbsIOp>(x, {x.value});
}
VectorValue sign(const VectorValue& x) {
  VectorValue zero = constant(x, 0);
  return where(zero < x, constant(x, 1), where(x < zero, constant(x, -1), zero));
}
VectorValue exp(const VectorValue& x) { return build<math::ExpOp>(x, {x.value}); }
VectorValue expm1(const VectorValue& x) { return build<math::ExpM1Op>(x, {x.value}); }
VectorValue log(const VectorValue& x) { return build<math::LogOp>(x, {x.value}); }
VectorValue sqrt(const VectorValue& x) { return build<math::SqrtOp>(x, {x.value}); }
VectorValue tanh(const VectorValue& x) { return build<math::TanhOp>(x, {x.value}); }
VectorValue erf(const VectorValue& x) { return build<math::ErfOp>(x, {x.value}); }
VectorValue log1p(const VectorValue& x) { return build<math::Log1pOp>(x, {x.value}); }
VectorValue sin(const VectorValue& x) { return build<math::SinOp>(x, {x.value}); }
VectorValue cos(const VectorValue& x) { return build<math::CosOp>(x, {x.value}); }
VectorValue atan(const VectorValue& x) { return build<math::AtanOp>(x, {x.value}); }
VectorValue floor(const VectorValue& x) { return rounded<math::FloorOp>(x); }
VectorValue ceil(const VectorValue& x) { return rounded<math::CeilOp>(x); }
VectorValue round(const VectorValue& x) { return rounded<math::RoundEvenOp>(x); }
VectorValue trunc(const VectorValue& x) { return rounded<math::TruncOp>(x); }
VectorValue atan2(const VectorValue& a, const VectorValue& b) { return build<math::Atan2Op>(a, {a.value, b.value}); }
VectorValue fmod(const VectorValue& a, const VectorValue& b) {
  if (a.isReal()) return build<arith::RemFOp>(a, {a.value, b.value});
  VectorValue one = constant(b, 1), divisor = where(b == constant(b, 0), one, b);
  if (a.isUnsigned) return build<arith::RemUIOp>(a, {a.value, divisor.value});
  divisor = where(b == constant(b, -1), one, divisor);  // the least number by -1 overflows
  return build<arith::RemSIOp>(a, {a.value, divisor.value});
}
VectorValue pow(const VectorValue& a, const VectorValue& b) { return build<math::PowFOp>(a, {a.value, b.value}); }

VectorValue maximum(const VectorValue& a, const VectorValue& b) {
  return a.isReal() ? extreme(a, b, Real::OGT) : where(b < a, a, b);
}
VectorValue minimum(const VectorValue& a, const VectorValue& b) {
  return a.isReal() ? extreme(a, b, Real::OLT) : where(a < b, a, b);
}
VectorValue where(const VectorValue& condition, const VectorValue& a, const VectorValue& b) {
  return {a.ix, a.ix->builder.create<arith::SelectOp>(a.ix->location, condition.value, a.value, b.value), a.isUnsigned};
}

}  // namespace stator::cpu
