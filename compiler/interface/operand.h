// What ops and layers are written over: operands with a tensor type, in some context that carries the ops out.
//
// A context records (a trace), computes at once (the interpreter, eager tensors), or does whatever else an application
// of an op may mean. An expression is a handle into its context, so every context runs the same definitions.
#pragma once

#include "compiler/interface/graph.h"
#include "compiler/interface/shape_error.h"
#include "compiler/interface/tensor_type.h"
#include "runtime/error.h"

namespace stator {

/// Carries out operations on values that it numbers.
class Context {
 public:
  /// The new value's number.
  constexpr virtual int apply(const Operation& operation) = 0;
  /// Whether layers behave as in training: dropout drops, batch norm uses the batch's statistics.
  constexpr virtual bool training() const { return false; }
  /// What random draws at `site` start from: values of the seed and the step (i64 scalars), and the call's occurrence,
  /// which is how often that site was drawn from before.
  struct Draw {
    int seed = -1, step = -1;
    long occurrence = 0;
  };
  constexpr virtual Draw draw([[maybe_unused]] long site) { return {}; }
  /// What is applied in between is a block that a gradient computes again instead of keeping its values.
  constexpr virtual void begin_checkpoint() {}
  constexpr virtual void end_checkpoint() {}
  /// A leaf of a model, by the value that it was bound to, shall hold `value`.
  constexpr virtual void assign([[maybe_unused]] int leaf, [[maybe_unused]] int value) {}
  /// What a leaf holds: the value that it was assigned last, or that it was bound to.
  constexpr virtual int read(int leaf) const { return leaf; }
  /// A handle of a value came, or went: where `counts` is set, a value lives as long as it has handles.
  constexpr virtual void retain([[maybe_unused]] int id) {}
  constexpr virtual void release([[maybe_unused]] int id) {}

  /// Gradients of a scalar, for every leaf that it was computed from. Errors: UserError where nothing is computed yet.
  virtual void backward([[maybe_unused]] int id) {
    throw UserError("backward: the value is recorded, not computed: a recorded function uses `gradient`");
  }
  /// The value of the gradients that a leaf has gathered. Errors: UserError as for `backward`.
  virtual int grad([[maybe_unused]] int id) {
    throw UserError("grad: the value is recorded, not computed: a recorded function uses `gradient`");
  }

  /// Whether `retain` and `release` are called.
  const bool counts = false;

 protected:
  constexpr Context() = default;
  constexpr explicit Context(bool counts_handles) : counts(counts_handles) {}
  constexpr ~Context() = default;
};

struct Handle {
  Context* context = nullptr;
  int id = -1;

  /// Adds the gradients of this scalar to those of every leaf that it was computed from; for contexts that compute at
  /// once. Source: torch.Tensor.backward.
  void backward() const { context->backward(id); }
};

/// A handle that keeps its value alive, in contexts that count. What ops give, and what holds it for a while, is one.
class Held : public Handle {
 public:
  constexpr Held() = default;
  constexpr Held(Context* its_context, int its_id) : Handle{its_context, its_id} { retain(); }
  constexpr Held(const Handle& handle) : Handle(handle) { retain(); }
  constexpr Held(const Held& other) : Handle(other) { retain(); }
  constexpr Held(Held&& other) noexcept : Handle(other) { other.context = nullptr; }
  constexpr Held& operator=(Held other) noexcept {
    std::swap(context, other.context);
    std::swap(id, other.id);
    return *this;
  }
  constexpr ~Held() {
    if (!std::is_constant_evaluated() && context && context->counts) context->release(id);
  }

 private:
  constexpr void retain() const {
    if (!std::is_constant_evaluated() && context && context->counts) context->retain(id);
  }
};

/// What is known of a value beyond its shape. Movement ops keep it, other ops reset it to `anything`.
enum class is : unsigned char { anything, probabilities, log_probabilities };

/// A value of tensor type `T`. It converts to `is::anything`: forgetting is sound.
template <TensorLike T, is What = is::anything> struct Expr : Held {
  using tensor = T;
  static constexpr is what = What;
  constexpr operator Expr<T, is::anything>() const requires(What != is::anything) { return {{*this}}; }

  /// The gradients that `backward` has gathered here. Source: torch.Tensor.grad.
  Expr<T> grad() const { return {{context, context->grad(id)}}; }
};

/// An expression, or a parameter that is bound to a context.
template <class X> concept Operand = std::derived_from<X, Handle> && requires {
  typename X::tensor;
  X::what;
};

template <class X> concept Number = std::integral<X> || std::floating_point<X>;

template <Operand X> inline constexpr const TensorSpec& spec_of = X::tensor::spec;
template <Operand X> using shape_of = typename X::tensor::shape;

namespace detail {
template <auto Rule, class... X> struct inferred {
  static constexpr TensorSpec operands[sizeof...(X) + 1]{X::tensor::spec...};
  static constexpr Inferred result = Rule.infer(Specs{operands, sizeof...(X)});
  static constexpr const char* message = result.error;
  static constexpr const TensorSpec& spec = result.spec;
};
template <class Rule> constexpr bool keeps_property = requires { Rule::keeps_property; };

/// What the result of an op is known to be, whatever its operands are.
template <class Rule> inline constexpr is property_given = is::anything;

template <class Rule, class X, class...> constexpr is property_of() {
  if constexpr (keeps_property<Rule>) return X::what;
  else return property_given<Rule>;
}
// No type in the primary templates: clang looks before it has checked a function's constraint.
template <auto Rule, class... X> struct result {};
template <auto Rule, Operand... X> requires(inferred<Rule, X...>::result.ok()) struct result<Rule, X...> {
  using type = Expr<tensor_from_t<inferred<Rule, X...>>, property_of<std::remove_const_t<decltype(Rule)>, X...>()>;
};
/// Reads a rule's attributes into the form that graphs hold.
struct AttributeWriter {
  Attribute attributes[8];
  int count = 0;
  constexpr void operator()(std::string_view name, long value) { attributes[count++] = Attribute::of(name, value); }
  constexpr void operator()(std::string_view name, double value) { attributes[count++] = Attribute::of(name, value); }
  constexpr void operator()(std::string_view name, const Integers& values) {
    attributes[count++] = Attribute::of(name, values.at, values.count);
  }
};

/// The attributes of a rule that is a constant: written once, however often it is applied.
template <auto Rule> constexpr AttributeWriter written() {
  AttributeWriter attributes;
  std::remove_const_t<decltype(Rule)>::attributes(Rule, attributes);
  return attributes;
}
template <auto Rule> inline constexpr AttributeWriter attributes_of = written<Rule>();

constexpr Context* context_of(const Handle* const* operands, int count) {
  for (int i = 0; i < count; ++i)
    if (operands[i]->context) return operands[i]->context;
  return nullptr;
}

/// Carries out the op `name`. Every op of a program comes through here, out of line: its code would else be most of
/// what a model compiles to.
template <int Count>
[[gnu::noinline]] constexpr Held perform_op(std::string_view name, const AttributeWriter& attributes,
                                            const TensorSpec& result, const Handle* const (&operands)[Count]) {
  int ids[Count]{};
  for (int i = 0; i < Count; ++i) ids[i] = operands[i]->id;
  Context* context = context_of(operands, Count);
  return {context, context->apply({name, ids, Count, attributes.attributes, attributes.count, result})};
}
}  // namespace detail

/// Whether `Rule` accepts these operands.
template <auto Rule, class... X> concept Fits = detail::inferred<Rule, X...>::result.ok();

/// The expression that `Rule` gives for these operands.
template <auto Rule, class... X> using result_t = typename detail::result<Rule, X...>::type;

/// The text of a mistake that stands in `Mistake::message`; empty where there is none.
template <class Mistake> inline constexpr text<length_of(Mistake::message)> text_of{Mistake::message};

/// The text of the rule that these operands break. The overload for a mistake returns a ShapeError of it and the
/// shapes, written out: an alias would stand before the text in g++'s message.
template <auto Rule, Operand... X> inline constexpr auto broken = text_of<detail::inferred<Rule, X...>>;

/// Carries out an op that has attributes but no operands.
template <class Rule> constexpr Held perform_in(Context* context, Rule rule, const TensorSpec& result) {
  detail::AttributeWriter attributes;
  Rule::attributes(rule, attributes);
  return {context, context->apply({Rule::name, nullptr, 0, attributes.attributes, attributes.count, result})};
}

/// Carries out the op that `rule` describes; its result has spec `result`.
template <class Rule, class... X> constexpr Held perform(Rule rule, const TensorSpec& result, const X&... operands) {
  detail::AttributeWriter attributes;
  Rule::attributes(rule, attributes);
  return detail::perform_op<sizeof...(X)>(Rule::name, attributes, result, {&operands...});
}

/// Carries out `Rule` on operands that it accepts.
template <auto Rule, class... X> constexpr result_t<Rule, X...> apply(const X&... operands) {
  return {detail::perform_op<sizeof...(X)>(Rule.name, detail::attributes_of<Rule>,
                                           detail::inferred<Rule, X...>::result.spec, {&operands...})};
}

}  // namespace stator
