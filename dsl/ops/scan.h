// Recurrence: a step that is applied along the first axis of sequences, with a state that it carries.
#pragma once

#include <boost/hana/at.hpp>
#include <boost/hana/tuple.hpp>
#include <boost/hana/unpack.hpp>

#include "compiler/interface/operand.h"
#include "compiler/interface/ops/scan.h"

namespace stator {

namespace hana = boost::hana;

enum class direction : unsigned char { forward, reverse };

/// What a scan gives: `auto [state, ys] = scan(...)`.
template <class State, class Ys> struct Scanned {
  State state;  // after the last step
  Ys ys;        // the results of all steps
};

namespace detail {

template <class X> struct Listed;  // one operand, or a hana::tuple of several
template <Operand X> struct Listed<X> {
  static constexpr int count = 1;
  using shapes = shape_of<X>;
  using expressions = Expr<typename X::tensor>;
  static constexpr void ids(const X& x, int*& to) { *to++ = x.id; }
  static constexpr void specs(TensorSpec*& to) { *to++ = X::tensor::spec; }
  static constexpr Context* context(const X& x) { return x.context; }
  /// The same types as expressions, with ids from `id` on.
  static constexpr expressions from(Context* context, const int*& id) { return {{context, *id++}}; }
};
template <Operand... X> struct Listed<hana::tuple<X...>> {
  static constexpr int count = sizeof...(X);
  using shapes = hana::tuple<shape_of<X>...>;
  using expressions = hana::tuple<Expr<typename X::tensor>...>;
  static constexpr void ids(const hana::tuple<X...>& several, int*& to) {
    hana::unpack(several, [&](const auto&... x) { ((*to++ = x.id), ...); });
  }
  static constexpr void specs(TensorSpec*& to) { ((*to++ = X::tensor::spec), ...); }
  static constexpr Context* context(const hana::tuple<X...>& several) {
    Context* found = nullptr;
    hana::unpack(several, [&](const auto&... x) { ((found = found ? found : x.context), ...); });
    return found;
  }
  static constexpr expressions from([[maybe_unused]] Context* context, [[maybe_unused]] const int*& id) {
    return expressions{Expr<typename X::tensor>{{context, *id++}}...};  // braces: left to right
  }
};

template <class Source> struct ElementSpec {
  static constexpr TensorSpec spec = rule::Scan::element_of(Source::spec);
};
template <class Source, class Sequence> struct StackSpec {
  static constexpr TensorSpec spec = rule::Scan::stack_of(Source::spec, Sequence::spec.extents[0]);
};
template <class X> struct leading;
template <Operand X> struct leading<X> {
  using type = typename X::tensor;
};
template <Operand X, Operand... More> struct leading<hana::tuple<X, More...>> {
  using type = typename X::tensor;
};

/// What a step is given of sequences, and what a scan gives of a step's results: the type that `Spec` has for each.
template <class X, template <class...> class Spec, class... With> struct mapped;
template <Operand X, template <class...> class Spec, class... With> struct mapped<X, Spec, With...> {
  using type = Expr<tensor_from_t<Spec<typename X::tensor, With...>>>;
};
template <Operand... X, template <class...> class Spec, class... With> struct mapped<hana::tuple<X...>, Spec, With...> {
  using type = hana::tuple<Expr<tensor_from_t<Spec<typename X::tensor, With...>>>...>;
};

/// The rule of a scan whose step gives `Given`: nothing, where only the sequences are looked at.
template <class State, class Xs, class... Given> struct ScanRule {
  static constexpr rule::Scan rule{Listed<State>::count, Listed<Xs>::count, 0};
  static constexpr const char* find() {
    TensorSpec specs[Listed<State>::count + Listed<Xs>::count + (Listed<Given>::count + ... + 0) + 1];
    TensorSpec* end = specs;
    Listed<State>::specs(end), Listed<Xs>::specs(end), (Listed<Given>::specs(end), ...);
    const Specs all{specs, static_cast<int>(end - specs)};
    return sizeof...(Given) ? rule.broken(all) : rule.broken_by_sequences(all);
  }
  static constexpr const char* message = find();
};

template <class State, class Xs> concept Scannable = requires {
  Listed<State>::count;
  Listed<Xs>::count;
} && ScanRule<State, Xs>::message == nullptr;

template <class Cell, class State, class Xs> struct StepOf {
  using state = typename Listed<State>::expressions;
  using element = typename mapped<Xs, ElementSpec>::type;
  using given = decltype(std::declval<const Cell&>()(std::declval<state>(), std::declval<element>()));
};

template <class Given> struct StepResult {
  static constexpr bool pair = false;
};
template <class State, class Y> requires requires {
  Listed<State>::count;
  Listed<Y>::count;
} struct StepResult<hana::tuple<State, Y>> {
  static constexpr bool pair = true;
  using state = State;
  using y = Y;
};
template <class Cell, class State, class Xs> using step_result = StepResult<typename StepOf<Cell, State, Xs>::given>;

template <class Cell, class State, class Xs> constexpr bool gives_pair = step_result<Cell, State, Xs>::pair;
template <class Cell, class State, class Xs> struct WholeRule
    : ScanRule<State, Xs, typename step_result<Cell, State, Xs>::state, typename step_result<Cell, State, Xs>::y> {};

/// A placeholder for each of `count` values: what a step is given of it.
constexpr void open_scan(Context* context, std::string_view op, const int* of, const TensorSpec* specs, int count,
                         int* to) {
  for (int i = 0; i < count; ++i) to[i] = context->apply({op, of + i, 1, nullptr, 0, specs[i]});
}

/// The closing node, and one for each result.
constexpr void close_scan(Context* context, const rule::Scan& rule, const int* operands, int operand_count,
                          const TensorSpec* results, int result_count, int* to) {
  AttributeWriter attributes;
  rule::Scan::attributes(rule, attributes);
  const int scan =
      context->apply({rule::Scan::name, operands, operand_count, attributes.attributes, attributes.count, results[0]});
  for (int i = 0; i < result_count; ++i) {
    Attribute index = Attribute::of("index", static_cast<long>(i));
    to[i] = context->apply({rule::Scan::result, &scan, 1, &index, 1, results[i]});
  }
}

}  // namespace detail

/// `cell(state, x)` for each `x` along the first axis of `xs`, where `state` is what the step before gave. The cell
/// returns `hana::make_tuple(new_state, y)`; the result is `{final_state, ys}`, `ys` stacked along a new first axis.
/// `initial`, `xs` and `y` are one expression each or a hana::tuple of several (`hana::make_tuple()`: no y). With
/// `direction::reverse` the steps run from the last to the first. Parameters and other values from outside may be used
/// in the cell; random draws may not.
/// Shapes: state S, xs [steps, ...X], y Y -> (S, [steps, ...Y]).
/// Source: torch._higher_order_ops.scan, jax.lax.scan.
template <direction Direction = direction::forward, class Cell, class State, class Xs>
requires(detail::Scannable<State, Xs> && detail::gives_pair<Cell, State, Xs> &&
         detail::WholeRule<Cell, State, Xs>::message == nullptr)
constexpr auto scan(const Cell& cell, const State& initial, const Xs& xs) {
  using States = detail::Listed<State>;
  using Sequences = detail::Listed<Xs>;
  using Elements = detail::Listed<typename detail::StepOf<Cell, State, Xs>::element>;
  using NewStates = detail::Listed<typename detail::step_result<Cell, State, Xs>::state>;
  using Y = typename detail::step_result<Cell, State, Xs>::y;
  using Ys = typename detail::mapped<Y, detail::StackSpec, typename detail::leading<Xs>::type>::type;
  constexpr int states = States::count, sequences = Sequences::count, ys = detail::Listed<Y>::count;

  Context* context = States::context(initial) ? States::context(initial) : Sequences::context(xs);
  int operands[2 * (states + sequences) + states + ys + 1]{};
  TensorSpec specs[states + sequences + ys + 1];
  int* id = operands;
  TensorSpec* spec = specs;
  States::ids(initial, id), Sequences::ids(xs, id);
  States::specs(spec), Elements::specs(spec);
  detail::open_scan(context, rule::Scan::state, operands, specs, states, id);
  detail::open_scan(context, rule::Scan::element, operands + states, specs + states, sequences, id + states);
  const int* given = id;
  id += states + sequences;
  auto state = States::from(context, given);
  auto element = Elements::from(context, given);
  auto step = cell(state, element);
  NewStates::ids(hana::at_c<0>(step), id);
  detail::Listed<Y>::ids(hana::at_c<1>(step), id);

  int results[states + ys + 1]{};
  spec = specs + states;
  detail::Listed<Ys>::specs(spec);
  detail::close_scan(context, {states, sequences, Direction == direction::reverse}, operands,
                     static_cast<int>(id - operands), specs, states + ys, results);
  const int* result = results;
  auto final_state = States::from(context, result);
  return Scanned<decltype(final_state), Ys>{final_state, detail::Listed<Ys>::from(context, result)};
}

template <direction Direction = direction::forward, class Cell, class State, class Xs>
requires(!detail::Scannable<State, Xs>)
ShapeError<text_of<detail::ScanRule<State, Xs>>, typename detail::Listed<State>::shapes,
           typename detail::Listed<Xs>::shapes>
scan(const Cell& cell, const State& initial, const Xs& xs);

template <direction Direction = direction::forward, class Cell, class State, class Xs>
requires(detail::Scannable<State, Xs> && !detail::gives_pair<Cell, State, Xs>)
ShapeError<"scan: the cell does not return hana::make_tuple(new_state, y)",
           typename detail::StepOf<Cell, State, Xs>::given>
scan(const Cell& cell, const State& initial, const Xs& xs);

template <direction Direction = direction::forward, class Cell, class State, class Xs>
requires(detail::Scannable<State, Xs> && detail::gives_pair<Cell, State, Xs> &&
         detail::WholeRule<Cell, State, Xs>::message != nullptr)
ShapeError<text_of<detail::WholeRule<Cell, State, Xs>>, typename detail::Listed<State>::shapes,
           typename detail::Listed<typename detail::step_result<Cell, State, Xs>::state>::shapes>
scan(const Cell& cell, const State& initial, const Xs& xs);

}  // namespace stator
