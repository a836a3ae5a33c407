// One step of each recurrent cell, and the parts that do not depend on the step before.
//
// A cell has `project`: what the inputs of all steps contribute, as one product before the loop; `recurrent`: the
// weights that the loop reads; `step`: the states (a hana::tuple) and one step's projection to new states and the
// output.
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

template <class X, int BatchAxis, long Rows, long Hidden> struct StateSpec {
  static constexpr TensorSpec spec{X::tensor::spec.dtype,
                                   Extents{0, Extent(Rows), X::tensor::spec.extents[BatchAxis], Extent(Hidden)}};
};
/// Zeros [rows, batch, hidden] for the input `X`.
template <class X, int BatchAxis, long Rows, long Hidden> constexpr auto zero_state(Context* context) {
  using Spec = StateSpec<X, BatchAxis, Rows, Hidden>;
  return Expr<tensor_from_t<Spec>>{{literal(context, 0.0, Spec::spec)}};
}

/// x W_ih^T + b_ih. x [steps, batch, in] -> [steps, batch, gates * hidden]
template <Operand X, class Weights> constexpr auto project_inputs(const X& x, const Weights& weights) {
  auto product = matmul(x, transpose(weights.weight_ih));
  if constexpr (Operand<typename Weights::BiasOf>) return product + weights.bias_ih;
  else return product;
}
/// The same with b_hh, where all of it can be added before the loop.
template <Operand X, class Weights> constexpr auto project_with_both(const X& x, const Weights& weights) {
  auto product = matmul(x, transpose(weights.weight_ih));
  if constexpr (Operand<typename Weights::BiasOf>) return product + (weights.bias_ih + weights.bias_hh);
  else return product;
}

template <long Hidden, Nonlinearity F> struct RnnCell {
  static constexpr long hidden = Hidden;
  static constexpr int gates = 1, states = 1;
  template <Operand X, class Weights> static constexpr auto project(const X& x, const Weights& weights) {
    return project_with_both(x, weights);
  }
  template <class Weights> static constexpr auto recurrent(const Weights& weights) {
    return transpose(weights.weight_hh);
  }
  template <class State, Operand X, class W> static constexpr auto step(const State& state, const X& x, const W& w) {
    auto before = x + matmul(hana::at_c<0>(state), w);
    auto next = [&] {
      if constexpr (F == Nonlinearity::tanh) return tanh(before);
      else return relu(before);
    }();
    return hana::make_tuple(hana::make_tuple(next), next);
  }
};

template <long Hidden> struct LstmCell {
  static constexpr long hidden = Hidden;
  static constexpr int gates = 4, states = 2;
  template <Operand X, class Weights> static constexpr auto project(const X& x, const Weights& weights) {
    return project_with_both(x, weights);
  }
  template <class Weights> static constexpr auto recurrent(const Weights& weights) {
    return transpose(weights.weight_hh);
  }
  template <class State, Operand X, class W> static constexpr auto step(const State& state, const X& x, const W& w) {
    auto all = x + matmul(hana::at_c<0>(state), w);
    auto i = sigmoid(gate<0, Hidden>(all)), f = sigmoid(gate<1, Hidden>(all));
    auto g = tanh(gate<2, Hidden>(all));
    auto o = sigmoid(gate<3, Hidden>(all));
    auto cell = f * hana::at_c<1>(state) + i * g;
    auto next = o * tanh(cell);
    return hana::make_tuple(hana::make_tuple(next, cell), next);
  }
};

template <long Hidden> struct GruCell {
  static constexpr long hidden = Hidden;
  static constexpr int gates = 3, states = 1;
  template <Operand X, class Weights> static constexpr auto project(const X& x, const Weights& weights) {
    return project_inputs(x, weights);
  }
  /// The product with W_hh^T, and b_hh: the reset gate stands between them and the projection.
  template <class Weights> static constexpr auto recurrent(const Weights& weights) {
    auto matrix = transpose(weights.weight_hh);
    return [matrix, &weights](const auto& h) {
      if constexpr (Operand<typename Weights::BiasOf>) return matmul(h, matrix) + weights.bias_hh;
      else return matmul(h, matrix);
    };
  }
  template <class State, Operand X, class W> static constexpr auto step(const State& state, const X& x, const W& w) {
    auto before = hana::at_c<0>(state);
    auto all = w(before);
    auto r = sigmoid(gate<0, Hidden>(x) + gate<0, Hidden>(all));
    auto z = sigmoid(gate<1, Hidden>(x) + gate<1, Hidden>(all));
    auto n = tanh(gate<2, Hidden>(x) + r * gate<2, Hidden>(all));
    auto next = n + z * (before - n);
    return hana::make_tuple(hana::make_tuple(next), next);
  }
};

}  // namespace detail
}  // namespace stator
