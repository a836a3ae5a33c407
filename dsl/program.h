// A program: a model, and functions over it by name. A constant that the compiler takes whole.
#pragma once

#include <boost/hana/tuple.hpp>
#include <boost/hana/unpack.hpp>

#include "dsl/losses.h"
#include "dsl/model.h"
#include "dsl/optimizers.h"

namespace stator {

namespace hana = boost::hana;

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

namespace detail {
template <class X> constexpr Trace& trace_of(const X& x) { return static_cast<Trace&>(*x.context); }

/// For each node up to `result`, whether its value enters that of `result`.
constexpr std::vector<char> entering(const Graph& graph, int result) {
  std::vector<char> enters;
  for (int i = 0; i <= result; ++i) enters.push_back(i == result);
  for (int i = result; i >= 0; --i)
    for (int k = 0; enters[i] && k < graph.nodes[i].operand_count; ++k) enters[graph.operand(graph.nodes[i], k)] = true;
  return enters;
}
}  // namespace detail

/// One step of `optimizer` on every parameter of `model` (the whole net, or a part of it), down the gradient of `loss`.
template <class M, Operand L, Optimizer O> constexpr void update(const M& model, const L& loss, const O& optimizer) {
  static_assert(L::tensor::spec.rank() == 0, "update: the loss is not a scalar");
  Trace& trace = detail::trace_of(loss);
  Updates updates(trace, optimizer.lr);
  auto shared = optimizer.begin(updates);
  const std::vector<char> enters = detail::entering(trace.graph(), loss.id);
  detail::for_each_leaf(model, Name(), [&](const auto& leaf, const Name&) {
    using Leaf = std::remove_cvref_t<decltype(leaf)>;
    if constexpr (detail::is_parameter<Leaf>) {
      int slot = trace.slot_of(leaf.id);
      if (leaf.id > loss.id || !enters[leaf.id])
        throw UserError("update: the loss never reaches a parameter of the model");
      updates.begin_parameter(trace.slot_facts(slot).name);
      trace.update(slot, optimizer.update(updates, shared, leaf, gradient(Value(loss), Value(leaf))).id);
    }
  });
}

/// Counts one finished training step: random draws of the next one differ.
constexpr void advance(Trace& trace) {
  int slot = trace.step_slot();
  Value step{{&trace, trace.slot(slot)}, {DType::i64, {}}};
  trace.update(slot, (step + 1.0).id);
}

/// The ready-made step "train_step": forward, backward and update; its result is the loss.
///
///     st::train_step<Image, Digit>([](const auto& net, auto x, auto y) { return nll_loss(net(x), y); },
///     st::Adadelta{})
template <TensorLike... In, class Loss, Optimizer O> constexpr auto train_step(Loss loss, O optimizer) {
  auto body = [loss, optimizer](const auto& model, const auto&... in) {
    auto value = loss(model, in...);
    update(model, value, optimizer);
    advance(detail::trace_of(value));
    return value;
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
  constexpr ProgramGraph graph() const {
    ProgramGraph program;
    hana::unpack(functions, [&](const auto&... f) { (trace_one(program, f), ...); });
    return program;
  }

 private:
  template <class G> static constexpr void trace_one(ProgramGraph& program, const G& f) {
    Function function;
    function.name = Name(G::name);
    M bound{};
    {
      Trace trace(program, function, f.training);
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
  if (std::is_constant_evaluated()) (void)made.graph();
  return made;
}

}  // namespace stator
