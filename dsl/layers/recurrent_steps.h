// One step of each recurrent cell, and the parts that do not depend on the step before.
//
// `project` is what the inputs of all steps contribute, as one product before the loop; `Recurrence` is what the loop
// reads of the weights; a step makes of the states (a hana::tuple) and one step's projection new states, the first of
// which is the output.
#pragma once

#include <boost/hana/at.hpp>
#include <boost/hana/tuple.hpp>

#include "compiler/interface/ops/contraction.h"
#include "compiler/interface/ops/elementwise.h"

namespace stator {

namespace hana = boost::hana;

enum class Nonlinearity : unsigned char { tanh, relu };

namespace detail {

/// Elements [from, from + count) along `axis`, and all along the others.
template <class X> constexpr rule::Slice range_along(int axis, long from, long count) {
  rule::Slice slice;
  for (int i = 0; i < X::tensor::spec.rank(); ++i) {
    slice.start.push(i == axis ? from : 0);
    slice.stop.push(i == axis ? from + count : -1);
    slice.step.push(1);
  }
  return slice;
}

/// Gate `Gate` of [batch, gates * hidden].
template <int Gate, long Hidden, Operand X> constexpr auto gate(const X& x) {
  return apply<range_along<X>(X::tensor::spec.rank() - 1, Gate * Hidden, Hidden)>(x);
}

template <class X> constexpr rule::Reshape without_first() {
  Extents extents;
  for (int i = 1; i < X::tensor::spec.rank(); ++i) extents.push(X::tensor::spec.extents[i]);
  return {extents};
}
template <class X> constexpr rule::Reshape with_first() {
  Extents extents{0, Extent(1)};
  for (int i = 0; i < X::tensor::spec.rank(); ++i) extents.push(X::tensor::spec.extents[i]);
  return {extents};
}
/// Row `Row` of [rows, ...] without that axis; and back, as the only row.
template <long Row, Operand X> constexpr auto row_of(const X& x) {
  auto row = apply<range_along<X>(0, Row, 1)>(x);
  return apply<without_first<decltype(row)>()>(row);
}
template <Operand X> constexpr auto as_row(const X& x) { return apply<with_first<X>()>(x); }

/// x W_ih^T + b_ih; and b_hh too, where a step adds it to that as it is. x [..., in] -> [..., gates * hidden]
template <class Step, Operand X, class Weights> constexpr auto project(const X& x, const Weights& weights) {
  auto product = matmul(x, transpose(weights.weight_ih));
  if constexpr (!Operand<typename Weights::BiasOf>) return product;
  else if constexpr (Step::adds_biases) return product + (weights.bias_ih + weights.bias_hh);
  else return product + weights.bias_ih;
}

template <class W> constexpr auto transposed(const W& weight) {
  if constexpr (Operand<W>) return transpose(weight);
  else return weight;
}

/// What a step computes with the weights of its state; their transposes are made once.
template <class Step, class Weights> struct Recurrence {
  const Weights& weights;
  decltype(transposed(weights.weight_hh)) matrix = transposed(weights.weight_hh);
  decltype(transposed(weights.weight_hr)) projection = transposed(weights.weight_hr);

  /// h W_hh^T; and b_hh, where `project` has not added it. h [batch, output] -> [batch, gates * hidden]
  template <Operand H> constexpr auto operator()(const H& h) const {
    if constexpr (Operand<typename Weights::BiasOf> && !Step::adds_biases) return matmul(h, matrix) + weights.bias_hh;
    else return matmul(h, matrix);
  }
  /// h W_hr^T, where there is a projection. h [batch, hidden] -> [batch, output]
  template <Operand H> constexpr auto output(const H& h) const {
    if constexpr (Step::output == Step::hidden) return h;
    else return matmul(h, projection);
  }
};

template <long Hidden, Nonlinearity F> struct RnnStep {
  static constexpr long hidden = Hidden, output = Hidden;
  static constexpr int gates = 1, states = 1;
  static constexpr bool adds_biases = true;
  template <class State, Operand X, class R> static constexpr auto step(const State& state, const X& x, const R& by) {
    auto before = x + by(hana::at_c<0>(state));
    if constexpr (F == Nonlinearity::tanh) return hana::make_tuple(tanh(before));
    else return hana::make_tuple(relu(before));
  }
};

template <long Hidden, long Output> struct LstmStep {
  static constexpr long hidden = Hidden, output = Output;
  static constexpr int gates = 4, states = 2;
  static constexpr bool adds_biases = true;
  template <class State, Operand X, class R> static constexpr auto step(const State& state, const X& x, const R& by) {
    auto all = x + by(hana::at_c<0>(state));
    auto i = sigmoid(gate<0, Hidden>(all)), f = sigmoid(gate<1, Hidden>(all));
    auto g = tanh(gate<2, Hidden>(all));
    auto o = sigmoid(gate<3, Hidden>(all));
    auto cell = f * hana::at_c<1>(state) + i * g;
    return hana::make_tuple(by.output(o * tanh(cell)), cell);
  }
};

template <long Hidden> struct GruStep {
  static constexpr long hidden = Hidden, output = Hidden;
  static constexpr int gates = 3, states = 1;
  static constexpr bool adds_biases = false;  // the reset gate stands between them
  template <class State, Operand X, class R> static constexpr auto step(const State& state, const X& x, const R& by) {
    auto before = hana::at_c<0>(state);
    auto all = by(before);
    auto r = sigmoid(gate<0, Hidden>(x) + gate<0, Hidden>(all));
    auto z = sigmoid(gate<1, Hidden>(x) + gate<1, Hidden>(all));
    auto n = tanh(gate<2, Hidden>(x) + r * gate<2, Hidden>(all));
    return hana::make_tuple(n + z * (before - n));
  }
};

}  // namespace detail
}  // namespace stator
