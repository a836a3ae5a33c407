// Expressions whose shape is known to the trace alone. Update rules are written over them once, for every shape.
#pragma once

#include "compiler/interface/ops/elementwise.h"
#include "compiler/interface/ops/reduction.h"
#include "dsl/trace.h"

namespace stator {

/// A value of some trace with its spec. Arithmetic broadcasts and promotes as it does for `Expr`; operands that do not
/// fit end a constant evaluation, or throw a UserError at run time, with the rule's text.
struct Value : Held {
  TensorSpec spec;

  constexpr Value(Held handle, const TensorSpec& s) : Held(std::move(handle)), spec(s) {}
  template <Operand X> constexpr Value(const X& x) : Held(x), spec(X::tensor::spec) {}
};

namespace detail {
template <class Rule> constexpr Value elementwise_value(Rule, const Value* operands, int count) {
  TensorSpec specs[2]{operands[0].spec, count > 1 ? operands[1].spec : TensorSpec{}};
  const Handle* handles[]{&operands[0], count > 1 ? &operands[1] : nullptr};
  Inferred result = Rule::infer(Specs{specs, count});
  if (!result.ok()) throw UserError(result.error);
  return {elementwise(Rule::name, handles, specs, count, result.spec), result.spec};
}
/// In the extents of the other operand, so that nothing is left to broadcast.
constexpr Value number(const Value& like, double value) {
  TensorSpec spec{like.spec.dtype, like.spec.extents};
  return {literal(like.context, value, spec), spec};
}
}  // namespace detail

#define STATOR_UNARY(NAME, ...) \
  constexpr Value NAME(const Value& x) { return detail::elementwise_value(rule::NAME{}, &x, 1); }
#define STATOR_BINARY(NAME, ...)                                                           \
  constexpr Value NAME(const Value& a, const Value& b) {                                   \
    Value both[]{a, b};                                                                    \
    return detail::elementwise_value(rule::NAME{}, both, 2);                               \
  }                                                                                        \
  constexpr Value NAME(const Value& a, double b) { return NAME(a, detail::number(a, b)); } \
  constexpr Value NAME(double a, const Value& b) { return NAME(detail::number(b, a), b); }
#define STATOR_COMPARISON(NAME, ...) STATOR_BINARY(NAME)
#define STATOR_LOGICAL(NAME, ...) STATOR_BINARY(NAME)
#include "compiler/interface/ops/elementwise.def"

#define STATOR_OPERATOR(SYMBOL, NAME)                                                    \
  constexpr Value operator SYMBOL(const Value& a, const Value& b) { return NAME(a, b); } \
  constexpr Value operator SYMBOL(const Value& a, double b) { return NAME(a, b); }       \
  constexpr Value operator SYMBOL(double a, const Value& b) { return NAME(a, b); }
STATOR_OPERATOR(+, add)
STATOR_OPERATOR(-, sub)
STATOR_OPERATOR(*, mul)
STATOR_OPERATOR(/, div)
#undef STATOR_OPERATOR

constexpr Value operator-(const Value& x) { return neg(x); }

namespace detail {
/// Over all axes, as a scalar.
template <class Rule> constexpr Value reduced_value(const Value& x) {
  Integers axes;
  for (int i = 0; i < x.spec.rank(); ++i) axes.push(i);
  Inferred result = Rule{axes}.infer(Specs{&x.spec, 1});
  TensorSpec scalar{x.spec.dtype, {}};
  return {perform(rule::Reshape{}, scalar, perform(Rule{axes}, result.spec, x)), scalar};
}
/// The sum of all elements, and the greatest of them, as scalars.
constexpr Value total(const Value& x) { return reduced_value<rule::Sum>(x); }
constexpr Value greatest(const Value& x) { return reduced_value<rule::Max>(x); }
}  // namespace detail

/// `a` where the condition holds, else `b`; all broadcast.
constexpr Value where(const Value& condition, const Value& a, const Value& b) {
  TensorSpec specs[]{condition.spec, a.spec, b.spec};
  Inferred result = rule::Where::infer(Specs{specs, 3});
  if (!result.ok()) throw UserError(result.error);
  const Handle* const operands[]{&condition, &a, &b};
  return {detail::select(operands, specs, result.spec), result.spec};
}
constexpr Value where(const Value& condition, const Value& a, double b) {
  return where(condition, a, detail::number(a, b));
}
constexpr Value where(const Value& condition, double a, const Value& b) {
  return where(condition, detail::number(b, a), b);
}

/// The same values in another element type.
constexpr Value cast(const Value& x, DType to) {
  TensorSpec spec{to, x.spec.extents};
  return {detail::convert(rule::Cast::name, x, spec), spec};
}

/// d loss / d x.
constexpr Value gradient(const Value& loss, const Value& x) {
  TensorSpec specs[]{loss.spec, x.spec};
  Inferred result = rule::Gradient::infer(Specs{specs, 2});
  if (!result.ok()) throw UserError(result.error);
  int ids[]{loss.id, x.id};
  return {{x.context, x.context->apply({rule::Gradient::name, ids, 2, nullptr, 0, result.spec})}, result.spec};
}

}  // namespace stator
