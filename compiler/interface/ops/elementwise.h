// Elementwise ops as users call them, made from the rows of elementwise.def; `where`, `cast` and the operators.
#pragma once

#include "compiler/interface/ops/broadcast.h"
#include "compiler/interface/ops/source.h"

namespace stator {
namespace rule {

enum class Domain : unsigned char { numeric, real };
enum class Gives : unsigned char { number, truth };

/// The rule of every elementwise op: operands broadcast, and meet in their promoted dtype.
struct Elementwise {
  static constexpr Inferred infer(Specs operands, Domain domain, Gives gives, const char* broken_rule) {
    TensorSpec result{operands[0].dtype, operands[0].extents};
    for (int i = 1; i < operands.count; ++i) {
      result.dtype = promote(result.dtype, operands[i].dtype);
      result.extents = broadcast(result.extents, operands[i].extents);
      if (!fits(result.extents)) return broken_rule;
    }
    if (domain == Domain::real && !is_float(result.dtype)) result.dtype = DType::f32;
    if (gives == Gives::truth) result.dtype = DType::boolean;
    return result;
  }
  /// In the graph, broadcasting and promotion are ops of their own: all operands have the result's extents.
  static constexpr Inferred check(Specs operands, const TensorSpec& result, Gives gives, const char* broken_rule) {
    for (int i = 0; i < operands.count; ++i)
      if (operands[i].extents != result.extents || operands[i].dtype != operands[0].dtype) return broken_rule;
    return result.dtype == (gives == Gives::truth ? DType::boolean : operands[0].dtype) ? Inferred(result)
                                                                                        : broken_rule;
  }
};

#define STATOR_RULE(NAME, DOMAIN, GIVES)                                           \
  struct NAME {                                                                    \
    static constexpr std::string_view name = #NAME;                                \
    static constexpr const char* broken_rule = #NAME ": extents do not broadcast"; \
    constexpr static void attributes(auto&, auto&&) {}                             \
    static constexpr Inferred infer(Specs s) {                                     \
      return Elementwise::infer(s, Domain::DOMAIN, Gives::GIVES, broken_rule);     \
    }                                                                              \
    static constexpr Inferred check(Specs s, const TensorSpec& r) {                \
      return Elementwise::check(s, r, Gives::GIVES, broken_rule);                  \
    }                                                                              \
  };
#define STATOR_UNARY(NAME, DOMAIN, ...) STATOR_RULE(NAME, DOMAIN, number)
#define STATOR_BINARY(NAME, DOMAIN, ...) STATOR_RULE(NAME, DOMAIN, number)
#define STATOR_COMPARISON(NAME, ...) STATOR_RULE(NAME, numeric, truth)
#define STATOR_LOGICAL(NAME, ...) STATOR_RULE(NAME, numeric, truth)
#include "compiler/interface/ops/elementwise.def"
#undef STATOR_RULE

}  // namespace rule

namespace detail {
template <> inline constexpr is property_given<rule::sigmoid> = is::probabilities;
}  // namespace detail

namespace rule {

/// Picks `a` where the condition holds, else `b`. Operands: condition (bool), a, b.
struct Where {
  static constexpr std::string_view name = "where";
  constexpr static void attributes(auto&, auto&&) {}
  static constexpr Inferred infer(Specs operands) {
    if (operands[0].dtype != DType::boolean) return "where: the condition is not bool";
    Extents both = broadcast(operands[1].extents, operands[2].extents);
    Extents all = broadcast(operands[0].extents, both);
    if (!fits(both) || !fits(all)) return "where: extents do not broadcast";
    return TensorSpec{promote(operands[1].dtype, operands[2].dtype), all};
  }
  static constexpr Inferred check(Specs operands, const TensorSpec& result) {
    if (operands[0].dtype != DType::boolean) return "where: the condition is not bool";
    for (int i = 0; i < 3; ++i)
      if (operands[i].extents != result.extents || (i && operands[i].dtype != result.dtype))
        return "where: operands and result differ";
    return result;
  }
};

}  // namespace rule

namespace detail {
/// Brings operands to the extents of `result` and their common dtype, then carries out the elementwise `name`.
[[gnu::noinline]] constexpr Held elementwise(std::string_view name, const Handle* const* operands,
                                             const TensorSpec* specs, int count, const TensorSpec& result) {
  DType common = result.dtype;
  if (common == DType::boolean) {
    common = specs[0].dtype;
    for (int i = 1; i < count; ++i) common = promote(common, specs[i].dtype);
  }
  Context* context = context_of(operands, count);
  Held expanded[2];
  int ids[2]{};
  for (int i = 0; i < count; ++i) {
    expanded[i] = expand(*operands[i], specs[i], common, result.extents);
    ids[i] = expanded[i].id;
  }
  return {context, context->apply({name, ids, count, nullptr, 0, result})};
}

/// Brings a condition and two values to the extents of `result`, then picks.
[[gnu::noinline]] constexpr Held select(const Handle* const* operands, const TensorSpec* specs,
                                        const TensorSpec& result) {
  Held expanded[3];
  int ids[3]{};
  for (int i = 0; i < 3; ++i) {
    expanded[i] = expand(*operands[i], specs[i], i ? result.dtype : DType::boolean, result.extents);
    ids[i] = expanded[i].id;
  }
  Context* context = context_of(operands, 3);
  return {context, context->apply({rule::Where::name, ids, 3, nullptr, 0, result})};
}

/// A literal meets a tensor in the tensor's dtype, unless a fraction meets whole numbers. Source: torch.result_type.
template <class N, DType Other> using literal_t =
    type::Tensor<dtype_tag_t<is_float(Other) || std::integral<N> ? Other : DType::f32>>;

[[gnu::noinline]] constexpr Held literal(Context* context, double value, const TensorSpec& spec) {
  return perform_in(context, rule::Constant{value}, spec);
}

template <class X, class Other> struct literal_or_operand {
  using type = X;
};
template <Number N, Operand Other> struct literal_or_operand<N, Other> {
  struct type : Handle {
    using tensor = literal_t<N, Other::tensor::spec.dtype>;
    static constexpr is what = is::anything;
  };
};
template <class X, class Other> using lifted_t = typename literal_or_operand<X, Other>::type;

template <class X> constexpr Held lift(const X& x, Context* context, const TensorSpec& spec) {
  if constexpr (Number<X>) return literal(context, static_cast<double>(x), spec);
  else return x;
}
/// A literal stands in the extents of the result, so that nothing is left to broadcast.
template <class X> constexpr TensorSpec lifted_spec(TensorSpec spec, const TensorSpec& result) {
  if (Number<X>) spec.extents = result.extents;
  return spec;
}
template <class A, class B> constexpr Context* context_of(const A& a, const B& b) {
  if constexpr (Operand<A>) {
    if (a.context) return a.context;
  }
  if constexpr (Operand<B>) return b.context;
  return nullptr;
}
template <auto Rule, class A, class B> struct Binary {
  using X = lifted_t<A, B>;
  using Y = lifted_t<B, A>;
  static constexpr const TensorSpec& result = inferred<Rule, X, Y>::result.spec;
  static constexpr TensorSpec specs[]{lifted_spec<A>(X::tensor::spec, result), lifted_spec<B>(Y::tensor::spec, result)};
};
template <auto Rule, class A, class B> constexpr Held binary(const A& a, const B& b) {
  using Facts = Binary<Rule, A, B>;
  Context* context = context_of(a, b);
  const Held lifted[]{lift(a, context, Facts::specs[0]), lift(b, context, Facts::specs[1])};
  const Handle* const operands[]{&lifted[0], &lifted[1]};
  return elementwise(Rule.name, operands, Facts::specs, 2, Facts::result);
}
}  // namespace detail

/// What an elementwise op takes: operands, at least one of them a tensor and the rest literals.
template <class A, class B> concept Operands = (Operand<A> && (Operand<B> || Number<B>)) || (Number<A> && Operand<B>);
template <auto Rule, class A, class B> concept FitTogether =
    Operands<A, B> && Fits<Rule, detail::lifted_t<A, B>, detail::lifted_t<B, A>>;

#define STATOR_UNARY(NAME, ...)                                                                                     \
  template <Operand X> constexpr result_t<rule::NAME{}, X> NAME(const X& x) {                                       \
    const Handle* const operand = &x;                                                                               \
    return {                                                                                                        \
        detail::elementwise(#NAME, &operand, &X::tensor::spec, 1, detail::inferred<rule::NAME{}, X>::result.spec)}; \
  }
#define STATOR_BINARY(NAME, ...)                                                                                       \
  template <class A, class B> requires FitTogether<rule::NAME{}, A, B> constexpr auto NAME(const A& a, const B& b) {   \
    return result_t<rule::NAME{}, detail::lifted_t<A, B>, detail::lifted_t<B, A>>{detail::binary<rule::NAME{}>(a, b)}; \
  }                                                                                                                    \
  template <Operand A, Operand B> requires(!Fits<rule::NAME{}, A, B>)                                                  \
  ShapeError<broken<rule::NAME{}, A, B>, shape_of<A>, shape_of<B>> NAME(const A& a, const B& b);
#define STATOR_COMPARISON(NAME, ...) STATOR_BINARY(NAME)
#define STATOR_LOGICAL(NAME, ...) STATOR_BINARY(NAME)
#include "compiler/interface/ops/elementwise.def"

#define STATOR_OPERATOR(SYMBOL, NAME)                                  \
  template <class A, class B> requires FitTogether<rule::NAME{}, A, B> \
  constexpr auto operator SYMBOL(const A& a, const B& b) {             \
    return NAME(a, b);                                                 \
  }                                                                    \
  template <Operand A, Operand B> requires(!Fits<rule::NAME{}, A, B>)  \
  ShapeError<broken<rule::NAME{}, A, B>, shape_of<A>, shape_of<B>> operator SYMBOL(const A & a, const B & b);
STATOR_OPERATOR(+, add)
STATOR_OPERATOR(-, sub)
STATOR_OPERATOR(*, mul)
STATOR_OPERATOR(/, div)
STATOR_OPERATOR(==, equal)
STATOR_OPERATOR(!=, not_equal)
STATOR_OPERATOR(<, less)
STATOR_OPERATOR(<=, less_equal)
STATOR_OPERATOR(>, greater)
STATOR_OPERATOR(>=, greater_equal)
#undef STATOR_OPERATOR

template <Operand X> constexpr auto operator-(const X& x) { return neg(x); }

/// `a` where `condition` holds, else `b`; all broadcast. Source: torch.where.
template <Operand C, Operand A, Operand B> requires Fits<rule::Where{}, C, A, B>
constexpr result_t<rule::Where{}, C, A, B> where(const C& condition, const A& a, const B& b) {
  const Handle* const operands[]{&condition, &a, &b};
  return {detail::select(operands, detail::inferred<rule::Where{}, C, A, B>::operands,
                         detail::inferred<rule::Where{}, C, A, B>::spec)};
}
template <Operand C, Operand A, Operand B> requires(!Fits<rule::Where{}, C, A, B>)
ShapeError<broken<rule::Where{}, C, A, B>, shape_of<C>, shape_of<A>, shape_of<B>> where(const C& condition, const A& a,
                                                                                        const B& b);

/// The same values in element type `D`; floats to whole numbers round toward zero. Source: torch.Tensor.to.
template <class D, Operand X> constexpr auto cast(const X& x) { return apply<rule::Cast{D::dtype}>(x); }

}  // namespace stator
