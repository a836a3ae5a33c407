// Recurrent cells: one step of an RNN, LSTM or GRU as a layer of its own, for loops that the user writes.
#pragma once

#include "dsl/layers/linear.h"
#include "dsl/layers/recurrent_steps.h"

namespace stator {

namespace detail {

inline constexpr long no_layer = -1;

/// The parameters of a cell, or of layer `Layer` of a recurrent layer in one direction.
template <class Step, long In, bool Bias, long Layer = no_layer, bool Reverse = false> struct RecurrentWeights {
  static constexpr bool named_in_parent = true;
  static constexpr long rows = Step::gates * Step::hidden;
  static constexpr bool projects = Step::output != Step::hidden;
  using BiasOf = if_there<Bias, Parameter<f32, rows>>;
  using Projection = if_there<projects, Parameter<f32, Step::output, Step::hidden>>;

  Parameter<f32, rows, In> weight_ih = uniform_over_fan_in(Step::hidden);
  Parameter<f32, rows, Step::output> weight_hh = uniform_over_fan_in(Step::hidden);
  BiasOf bias_ih = uniform_over_fan_in(Step::hidden);
  BiasOf bias_hh = uniform_over_fan_in(Step::hidden);
  [[no_unique_address]] Projection weight_hr = uniform_over_fan_in(Step::hidden);

  /// `_l0`, `_l1_reverse`; nothing for a cell.
  static constexpr Name suffix() {
    if (Layer == no_layer) return Name();
    Name text("_l");
    char digits[2]{static_cast<char>('0' + Layer / 10), static_cast<char>('0' + Layer % 10)};
    text += Layer < 10 ? std::string_view(digits + 1, 1) : std::string_view(digits, 2);
    if (Reverse) text += "_reverse";
    return text;
  }
};

template <class X, Extents E> struct StateSpec {
  static constexpr TensorSpec spec{X::tensor::spec.dtype, E};
};
/// Zeros of these extents, in the dtype of `x`.
template <class X, Extents E> constexpr auto zero_state(const X& x) {
  using Spec = StateSpec<X, E>;
  return Expr<tensor_from_t<Spec>>{{literal(x.context, 0.0, Spec::spec)}};
}

/// The extents of `X` with `width` as the last.
template <class X> constexpr Extents with_last(long width) {
  Extents extents = X::tensor::spec.extents;
  extents[-1] = Extent(width);
  return extents;
}
template <class X, long In> concept RowsOf =
    (spec_of<X>.rank() == 1 || spec_of<X>.rank() == 2) && spec_of<X>.extents[-1] == Extent(In);
/// Whether `S` is what a cell of `Step` goes on from, at the input `X`.
template <class S, class X, class Step> inline constexpr bool is_state_of = false;
template <Operand S, class X, class Step> inline constexpr bool is_state_of<S, X, Step> =
    Step::states == 1 && spec_of<S>.extents == with_last<X>(Step::hidden);
template <Operand H, Operand C, class X, class Step> inline constexpr bool is_state_of<hana::tuple<H, C>, X, Step> =
    Step::states == 2 && spec_of<H>.extents == with_last<X>(Step::hidden) && spec_of<C>.extents == spec_of<H>.extents;

/// What all cells are.
template <class Step, long In, bool Bias> struct RecurrentCell {
  RecurrentWeights<Step, In, Bias> weights;

  /// From states that are zero.
  template <Operand X> requires RowsOf<X, In> constexpr auto operator()(const X& x) const {
    auto zeros = zero_state<X, with_last<X>(Step::hidden)>(x);
    if constexpr (Step::states == 1) return (*this)(x, zeros);
    else return (*this)(x, hana::make_tuple(zeros, zeros));
  }
  template <Operand X, class State> requires(RowsOf<X, In> && is_state_of<State, X, Step>)
  constexpr auto operator()(const X& x, const State& state) const {
    const Recurrence<Step, RecurrentWeights<Step, In, Bias>> recurrence{weights};
    if constexpr (Step::states == 1)
      return hana::at_c<0>(Step::step(hana::make_tuple(state), project<Step>(x, weights), recurrence));
    else return Step::step(state, project<Step>(x, weights), recurrence);
  }
  template <Operand X, class... State> requires(!RowsOf<X, In>)
  ShapeError<"recurrent cell: the input is not [N, input_size] or [input_size]", shape_of<X>, RecurrentCell> operator()(
      const X& x, const State&... state) const;
  template <Operand X, class State> requires(RowsOf<X, In> && !is_state_of<State, X, Step>)
  ShapeError<"recurrent cell: the state is not [N, hidden_size], as many rows as the input, or not two for an LSTM",
             shape_of<X>, State, RecurrentCell>
  operator()(const X& x, const State& state) const;
};

}  // namespace detail

/// h' = tanh(W_ih x + b_ih + W_hh h + b_hh), or relu for tanh: `h = cell(x, h)`; without h it starts at zero.
/// Source: torch.nn.RNNCell.
/// Shapes: x [N, In] or [In], h [N, Hidden] or [Hidden] -> as h.
template <long In, long Hidden, bool Bias = true, Nonlinearity F = Nonlinearity::tanh> using RNNCell =
    detail::RecurrentCell<detail::RnnStep<Hidden, F>, In, Bias>;

/// Gates i, f, g, o: c' = f c + i g, h' = o tanh(c'). `state = cell(x, state)` with a hana::tuple of h and c; without
/// one it starts at zero. Source: torch.nn.LSTMCell.
/// Shapes: x [N, In] or [In], h and c [N, Hidden] or [Hidden] -> as (h, c).
template <long In, long Hidden, bool Bias = true> using LSTMCell =
    detail::RecurrentCell<detail::LstmStep<Hidden, Hidden>, In, Bias>;

/// Gates r, z, n: n = tanh(W_in x + b_in + r (W_hn h + b_hn)), h' = (1 - z) n + z h: `h = cell(x, h)`; without h it
/// starts at zero. Source: torch.nn.GRUCell.
/// Shapes: x [N, In] or [In], h [N, Hidden] or [Hidden] -> as h.
template <long In, long Hidden, bool Bias = true> using GRUCell =
    detail::RecurrentCell<detail::GruStep<Hidden>, In, Bias>;

}  // namespace stator
