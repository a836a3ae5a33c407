// A program: a model, and functions over it by name. A constant that the compiler takes whole.
#pragma once

#include <boost/hana/concat.hpp>
#include <boost/hana/flatten.hpp>

#include "dsl/groups.h"
#include "dsl/losses.h"

namespace stator {

/// A function as its author gives it: a name, the types of its inputs, whether layers train, and the body
/// `(const auto& model, auto... inputs)`, which returns an expression, or several in a plain struct or a hana::tuple.
template <text Name, class Body, TensorLike... In> struct FunctionOf {
  static constexpr std::string_view name = Name.c_str();
  using inputs = hana::tuple<In...>;
  Body body;
  bool training = false;

  template <class M> constexpr void trace(Trace& trace, const M& model) const {
    hana::tuple<Expr<In>...> arguments{Expr<In>{{&trace, trace.input(In::spec)}}...};  // braces: left to right
    auto result = hana::unpack(arguments, [&](const auto&... in) { return body(model, in...); });
    record_results(trace, result);
  }

 private:
  template <Operand X> static constexpr void record_results(Trace& trace, const X& x) { trace.result(x.id); }
  template <class... X> static constexpr void record_results(Trace& trace, const hana::tuple<X...>& several) {
    hana::unpack(several, [&](const auto&... x) { (record_results(trace, x), ...); });
  }
  template <Record S> requires(!Operand<S>) static constexpr void record_results(Trace& trace, const S& several) {
    for_each_member(several, [&](const auto& member, int) { record_results(trace, member); });
  }
};

/// `function<"predict", Image>([](const auto& net, auto image) { return net(image); })`: layers evaluate.
template <text Name, TensorLike... In, class Body> constexpr auto function(Body body) {
  return FunctionOf<Name, Body, In...>{body, false};
}

/// A function in which layers behave as in training; for custom steps with `update` and `assign`.
template <text Name, TensorLike... In, class Body> constexpr auto training_function(Body body) {
  return FunctionOf<Name, Body, In...>{body, true};
}

/// Counts one finished training step: random draws of the next one differ.
constexpr void advance(Trace& trace) {
  int slot = trace.step_slot();
  Value step{{&trace, trace.slot(slot)}, {DType::i64, {}}};
  trace.update(slot, (step + 1.0).id);
}

namespace detail {
/// The options of a step, applied to its gradients; each gives a tuple of what it adds to the step's results.
constexpr auto apply_option(Gradients& gradients, const ClipGradNorm& clip) {
  return hana::make_tuple(clip_grad_norm(gradients, clip.max_norm, clip.norm_type));
}
constexpr auto apply_option(Gradients& gradients, const ClipGradValue& clip) {
  clip_grad_value(gradients, clip.limit);
  return hana::make_tuple();
}
}  // namespace detail

/// The ready-made step "train_step": forward, backward and update; its first result is the loss. Options act on the
/// gradients in their order: `clip_grad_norm(1.0)`, which adds the norm to the results, and `clip_grad_value(0.5)`.
///
///     st::train_step<Image, Digit>([](const auto& net, auto x, auto y) { return nll_loss(net(x), y); },
///     st::Adadelta{})
template <TensorLike... In, class Loss, UpdateRule O, class... Options>
constexpr auto train_step(Loss loss, O optimizer, Options... options) {
  auto body = [loss, optimizer, options...](const auto& model, const auto&... in) {
    auto value = loss(model, in...);
    Gradients all = gradients(model, value);
    hana::tuple<decltype(detail::apply_option(all, options))...> more{detail::apply_option(all, options)...};
    update(all, optimizer);
    advance(detail::trace_of(value));
    return hana::concat(hana::make_tuple(value), hana::flatten(more));
  };
  return FunctionOf<"train_step", decltype(body), In...>{body, true};
}

/// A model type and functions over it.
template <class M, class... F> struct Program {
  using model = M;
  hana::tuple<F...> functions;

  /// Whether there is a function of that name.
  static constexpr bool has(std::string_view name) { return ((F::name == name) || ...); }

  /// The graphs of all functions, and the state they share: parameters first, in the order of declaration.
  constexpr ProgramGraph graph() const { return traced(Trace::Purpose::compile); }

  /// Finds the mistakes that only the graph can tell. Errors: UserError; in a constant, a compile error.
  constexpr void check() const { (void)traced(Trace::Purpose::check); }

 private:
  constexpr ProgramGraph traced(Trace::Purpose purpose) const {
    ProgramGraph program;
    hana::unpack(functions, [&](const auto&... f) { (trace_one(program, unbound, f, purpose), ...); });
    return program;
  }
  static constexpr M unbound{};  // what each trace binds a copy of: a constant, since code that builds it is long
  template <class G> [[gnu::noinline]] static constexpr void trace_one(ProgramGraph& program, const M& model,
                                                                       const G& f, Trace::Purpose purpose) {
    Function function;
    function.name = Name(G::name);
    M bound = model;
    {
      Trace trace(program, function, f.training, purpose);
      detail::bind(bound, trace);
      f.trace(trace, static_cast<const M&>(bound));
    }
    program.functions.push_back(std::move(function));
  }
};

/// A program of model `M` with these functions. As a constant, it is traced once while it compiles, so that what only
/// the graph can tell (a parameter that the loss never reaches) is told there too.
template <class M, class... F> constexpr Program<M, F...> program(F... functions) {
  Program<M, F...> made{hana::tuple<F...>{functions...}};
  if (std::is_constant_evaluated()) made.check();
  return made;
}

}  // namespace stator
