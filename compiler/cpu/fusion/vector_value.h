// The algebra of elementwise rows over vectors: each function builds the arith or math op of its meaning.
#pragma once

#include "compiler/cpu/fusion/element.h"

namespace stator::cpu {

/// A vector of computed elements, and where ops on it are built. Comparisons give vectors of i1.
struct VectorValue {
  const IndexBuilder* ix;
  Value value;
  bool isUnsigned = false;

  mlir::Type element() const { return llvm::cast<mlir::VectorType>(value.getType()).getElementType(); }
  int64_t lanes() const { return llvm::cast<mlir::VectorType>(value.getType()).getNumElements(); }
  bool isReal() const { return llvm::isa<mlir::FloatType>(element()); }
};

VectorValue constant(const VectorValue& like, double value);

VectorValue operator-(const VectorValue& x);
VectorValue operator+(const VectorValue& a, const VectorValue& b);
VectorValue operator-(const VectorValue& a, const VectorValue& b);
VectorValue operator*(const VectorValue& a, const VectorValue& b);
VectorValue operator/(const VectorValue& a, const VectorValue& b);

VectorValue operator==(const VectorValue& a, const VectorValue& b);
VectorValue operator!=(const VectorValue& a, const VectorValue& b);
VectorValue operator<(const VectorValue& a, const VectorValue& b);
VectorValue operator<=(const VectorValue& a, const VectorValue& b);
inline VectorValue operator>(const VectorValue& a, const VectorValue& b) { return b < a; }
inline VectorValue operator>=(const VectorValue& a, const VectorValue& b) { return b <= a; }
VectorValue operator&&(const VectorValue& a, const VectorValue& b);
VectorValue operator||(const VectorValue& a, const VectorValue& b);

#define STATOR_MIXED(SYMBOL)                                                                             \
  inline VectorValue operator SYMBOL(double a, const VectorValue& b) { return constant(b, a) SYMBOL b; } \
  inline VectorValue operator SYMBOL(const VectorValue& a, double b) { return a SYMBOL constant(a, b); }
STATOR_MIXED(+)
STATOR_MIXED(-)
STATOR_MIXED(*)
STATOR_MIXED(/)
#undef STATOR_MIXED

VectorValue abs(const VectorValue& x);
VectorValue sign(const VectorValue& x);
VectorValue exp(const VectorValue& x);
VectorValue expm1(const VectorValue& x);
VectorValue log(const VectorValue& x);
VectorValue sqrt(const VectorValue& x);
VectorValue tanh(const VectorValue& x);
VectorValue erf(const VectorValue& x);
VectorValue log1p(const VectorValue& x);
VectorValue sin(const VectorValue& x);
VectorValue cos(const VectorValue& x);
VectorValue atan(const VectorValue& x);
VectorValue floor(const VectorValue& x);
VectorValue ceil(const VectorValue& x);
VectorValue round(const VectorValue& x);
VectorValue trunc(const VectorValue& x);
VectorValue pow(const VectorValue& a, const VectorValue& b);
VectorValue atan2(const VectorValue& a, const VectorValue& b);
/// Of whole numbers by 0: 0.
VectorValue fmod(const VectorValue& a, const VectorValue& b);
/// NaN where `a` or `b` is one.
VectorValue maximum(const VectorValue& a, const VectorValue& b);
VectorValue minimum(const VectorValue& a, const VectorValue& b);
VectorValue where(const VectorValue& condition, const VectorValue& a, const VectorValue& b);

}  // namespace stator::cpu
