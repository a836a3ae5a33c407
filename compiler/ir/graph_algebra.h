// The algebra of elementwise rows over values of the graph: each function builds the op of its name.
#pragma once

#include "compiler/interface/ops/elementwise.h"
#include "compiler/ir/build.h"

namespace stator::ir {

/// A value, and where ops on it are built.
struct GraphValue {
  mlir::OpBuilder* builder;
  mlir::Value value;

  mlir::Location location() const { return value.getLoc(); }
};

inline GraphValue constant(const GraphValue& like, double value) {
  return {like.builder, buildConstant(*like.builder, like.location(), like.value.getType(), value)};
}

template <class Rule, class... Rest> GraphValue applyRule(const GraphValue& first, const Rest&... rest) {
  return {first.builder, buildOp(*first.builder, first.location(), Rule{}, {first.value, rest.value...})};
}

#define STATOR_UNARY(NAME, ...) \
  inline GraphValue NAME(const GraphValue& x) { return applyRule<rule::NAME>(x); }
#define STATOR_BINARY(NAME, ...) \
  inline GraphValue NAME(const GraphValue& a, const GraphValue& b) { return applyRule<rule::NAME>(a, b); }
#define STATOR_COMPARISON(NAME, ...) STATOR_BINARY(NAME)
#define STATOR_LOGICAL(NAME, ...) STATOR_BINARY(NAME)
#include "compiler/interface/ops/elementwise.def"

inline GraphValue where(const GraphValue& condition, const GraphValue& a, const GraphValue& b) {
  return applyRule<rule::Where>(condition, a, b);
}

inline GraphValue operator-(const GraphValue& x) { return neg(x); }
#define STATOR_OPERATOR(SYMBOL, NAME)                                                                  \
  inline GraphValue operator SYMBOL(const GraphValue& a, const GraphValue& b) { return NAME(a, b); }   \
  inline GraphValue operator SYMBOL(double a, const GraphValue& b) { return NAME(constant(b, a), b); } \
  inline GraphValue operator SYMBOL(const GraphValue& a, double b) { return NAME(a, constant(a, b)); }
STATOR_OPERATOR(+, add)
STATOR_OPERATOR(-, sub)
STATOR_OPERATOR(*, mul)
STATOR_OPERATOR(/, div)
#undef STATOR_OPERATOR
#define STATOR_OPERATOR(SYMBOL, NAME) \
  inline GraphValue operator SYMBOL(const GraphValue& a, const GraphValue& b) { return NAME(a, b); }
STATOR_OPERATOR(==, equal)
STATOR_OPERATOR(!=, not_equal)
STATOR_OPERATOR(<, less)
STATOR_OPERATOR(<=, less_equal)
STATOR_OPERATOR(>, greater)
STATOR_OPERATOR(>=, greater_equal)
STATOR_OPERATOR(&&, logical_and)
STATOR_OPERATOR(||, logical_or)
#undef STATOR_OPERATOR

}  // namespace stator::ir
