// Recurrent layers: RNN, LSTM and GRU of any number of layers, in one direction or both.
#pragma once

#include <boost/hana/append.hpp>

#include "dsl/layers/dropout.h"
#include "dsl/layers/recurrent_cells.h"
#include "dsl/ops/scan.h"

namespace stator {

/// What recurrent layers can be asked for, with PyTorch's names and defaults: `st::GRU<8, 16, st::Recurrent{.bias =
/// false}>`.
struct Recurrent {
  long num_layers = 1;
  bool bias = true;
  bool batch_first = false;
  double dropout = 0;  // the probability with which values between layers are dropped in training
  bool bidirectional = false;
  long proj_size = 0;  // of an LSTM: the width that its output is projected to, where it is not 0
};

/// What a recurrent layer gives: `auto [output, state] = lstm(x)`.
template <class Output, class State> struct RecurrentResult {
  Output output;  // [steps, batch, directions * hidden], or [batch, steps, ...] with batch_first
  State state;    // [layers * directions, batch, hidden]; of an LSTM a hana::tuple of that and the cells'
  // where an LSTM projects its output, proj_size stands for hidden, but in the cells' state
};

namespace detail {

/// Layer `Layer` and those behind it.
template <class Step, long In, Recurrent Options, long Layer = 0> struct RecurrentStack {
  static constexpr bool named_in_parent = true;
  static constexpr long directions = Options.bidirectional ? 2 : 1;
  template <bool Reverse> using Weights = RecurrentWeights<Step, In, Options.bias, Layer, Reverse>;
  using Backward = if_there<Options.bidirectional, Weights<true>>;

  static constexpr auto deeper_type() {
    if constexpr (Layer + 1 < Options.num_layers)
      return RecurrentStack<Step, directions * Step::output, Options, Layer + 1>{};
    else return Absent{};
  }

  Weights<false> forward;
  Backward backward;
  decltype(deeper_type()) deeper;
};

/// All steps of one layer in one direction. x [steps, batch, in]; state: the cell's, each [batch, hidden].
template <class Step, direction Direction, class Weights, Operand X, class State>
constexpr auto run_direction(const Weights& weights, const X& x, const State& state) {
  auto projected = project<Step>(x, weights);
  const Recurrence<Step, Weights> recurrence{weights};
  return scan<Direction>(
      [&](const auto& before, const auto& element) {
        auto after = Step::step(before, element, recurrence);
        return hana::make_tuple(after, hana::at_c<0>(after));
      },
      state, projected);
}

/// Row `Row` of each initial state [layers * directions, batch, hidden], as [batch, hidden].
template <long Row, class... S> constexpr auto initial_rows(const hana::tuple<S...>& states) {
  return hana::unpack(states, [](const auto&... s) { return hana::make_tuple(row_of<Row>(s)...); });
}

/// The layers from `Layer` on, as the sequence that the last one gives and the final states of all, in PyTorch's order.
template <class Step, Recurrent Options, class Stack, Operand X, class Initial, class... Finals>
constexpr auto run_layers(const Stack& stack, const RandomSite& site, const X& x, const Initial& initial,
                          const hana::tuple<Finals...>& finals) {
  constexpr long row = sizeof...(Finals);
  auto ahead = run_direction<Step, direction::forward>(stack.forward, x, initial_rows<row>(initial));
  auto join = [&](const auto& output, const auto& all) {
    if constexpr (std::is_empty_v<std::remove_cvref_t<decltype(stack.deeper)>>) {
      return hana::make_tuple(output, all);
    } else {
      auto dropped = drop<max_rank>(output, site, Options.dropout);
      return run_layers<Step, Options>(stack.deeper, site, dropped, initial, all);
    }
  };
  auto one = hana::append(finals, ahead.state);
  if constexpr (Options.bidirectional) {
    auto back = run_direction<Step, direction::reverse>(stack.backward, x, initial_rows<row + 1>(initial));
    return join(cat<-1>(ahead.ys, back.ys), hana::append(one, back.state));
  } else {
    return join(ahead.ys, one);
  }
}

/// A cell's states as a tuple each, for all layers: [layers * directions, batch, hidden].
template <std::size_t State, class... Finals> constexpr auto stacked_finals(const hana::tuple<Finals...>& finals) {
  return hana::unpack(finals, [](const auto&... each) {
    if constexpr (sizeof...(each) == 1) return (as_row(hana::at_c<State>(each)), ...);
    else return cat<0>(as_row(hana::at_c<State>(each))...);
  });
}

template <class Step, class Finals> constexpr auto final_state(const Finals& finals) {
  if constexpr (Step::states == 1) return stacked_finals<0>(finals);
  else return hana::make_tuple(stacked_finals<0>(finals), stacked_finals<1>(finals));
}

template <class Step, Recurrent Options, class Stack, Operand X, class Initial>
constexpr auto run_recurrent(const Stack& stack, const RandomSite& site, const X& x, const Initial& initial) {
  if constexpr (Options.batch_first) {
    auto ran = run_layers<Step, Options>(stack, site, permute<1, 0, 2>(x), initial, hana::make_tuple());
    auto output = permute<1, 0, 2>(hana::at_c<0>(ran));
    auto state = final_state<Step>(hana::at_c<1>(ran));
    return RecurrentResult<decltype(output), decltype(state)>{output, state};
  } else {
    auto ran = run_layers<Step, Options>(stack, site, x, initial, hana::make_tuple());
    auto state = final_state<Step>(hana::at_c<1>(ran));
    return RecurrentResult<std::remove_cvref_t<decltype(hana::at_c<0>(ran))>, decltype(state)>{hana::at_c<0>(ran),
                                                                                               state};
  }
}

/// The options of a layer that has no projection.
template <Recurrent Options> constexpr Recurrent unprojected() {
  static_assert(Options.proj_size == 0, "proj_size is an option of LSTM alone");
  return Options;
}

template <class X, long In> concept SequenceOf = spec_of<X>.rank() == 3 && spec_of<X>.extents[-1] == Extent(In);

/// What all recurrent layers are.
template <class Step, long In, Recurrent Options> struct RecurrentLayer {
  static_assert(Options.num_layers >= 1 && Options.num_layers < 100, "a recurrent layer has 1 to 99 layers");
  static_assert(Options.dropout >= 0 && Options.dropout <= 1, "the probability of dropout lies outside [0, 1]");
  static constexpr long rows = Options.num_layers * (Options.bidirectional ? 2 : 1);

  RecurrentStack<Step, In, Options> layers;
  RandomSite site;

  /// With states that start at zero.
  template <Operand X> requires SequenceOf<X, In> constexpr auto operator()(const X& x) const {
    return run_recurrent<Step, Options>(layers, site, x, start(x));
  }
  /// `initial`: one expression, or the hana::tuple of an LSTM's two, each [layers * directions, batch, hidden].
  template <Operand X, class State> requires SequenceOf<X, In>
  constexpr auto operator()(const X& x, const State& initial) const {
    if constexpr (Operand<State>) return run_recurrent<Step, Options>(layers, site, x, hana::make_tuple(initial));
    else return run_recurrent<Step, Options>(layers, site, x, initial);
  }
  template <Operand X, class... State> requires(!SequenceOf<X, In>)
  ShapeError<"recurrent layer: the input is not of rank 3 with input_size as its last extent", shape_of<X>,
             RecurrentLayer>
  operator()(const X& x, const State&... initial) const;

 private:
  template <Operand X> static constexpr auto start(const X& x) {
    constexpr Extent batch = spec_of<X>.extents[Options.batch_first ? 0 : 1];
    auto zeros = zero_state<X, Extents{0, Extent(rows), batch, Extent(Step::output)}>(x);
    if constexpr (Step::states == 1) return hana::make_tuple(zeros);
    else if constexpr (Step::hidden == Step::output) return hana::make_tuple(zeros, zeros);
    else return hana::make_tuple(zeros, zero_state<X, Extents{0, Extent(rows), batch, Extent(Step::hidden)}>(x));
  }
};

}  // namespace detail

/// h' = tanh(W_ih x + b_ih + W_hh h + b_hh), or relu for tanh. Source: torch.nn.RNN.
/// Shapes: x [steps, batch, In], or [batch, steps, In] with batch_first -> RecurrentResult.
template <long In, long Hidden, Recurrent Options = {}, Nonlinearity F = Nonlinearity::tanh> using RNN =
    detail::RecurrentLayer<detail::RnnStep<Hidden, F>, In, detail::unprojected<Options>()>;

/// Gates i, f, g, o: c' = f c + i g, h' = o tanh(c'). Source: torch.nn.LSTM, Hochreiter and Schmidhuber 1997.
/// Shapes: x [steps, batch, In], or [batch, steps, In] with batch_first -> RecurrentResult.
template <long In, long Hidden, Recurrent Options = {}> using LSTM =
    detail::RecurrentLayer<detail::LstmStep<Hidden, Options.proj_size ? Options.proj_size : Hidden>, In, Options>;

/// Gates r, z, n: n = tanh(W_in x + b_in + r (W_hn h + b_hn)), h' = (1 - z) n + z h. Source: torch.nn.GRU, Cho et al.
/// 2014. Shapes: x [steps, batch, In], or [batch, steps, In] with batch_first -> RecurrentResult.
template <long In, long Hidden, Recurrent Options = {}> using GRU =
    detail::RecurrentLayer<detail::GruStep<Hidden>, In, detail::unprojected<Options>()>;

}  // namespace stator
