// RNN, LSTM and GRU with PyTorch's weights: the same results, states and gradients in every case of reference/ops.
#include "dsl/stator.h"
#include "tests/catch.h"
#include "tests/ops/compare.h"
#include "tests/ops/row.h"
#include "tests/ops/run.h"
#include "tests/ops/torch_cases.h"

namespace stator::tests {

namespace {

template <class Layer> struct Net {
  Layer layer;
};

/// Gradients of all parameters become results, ahead of those that the body returns.
template <class M, class L> constexpr void record_gradients(const M& net, const L& loss) {
  stator::detail::for_each_leaf(net, Name(), [&](const auto& leaf, const Name&) {
    if constexpr (stator::detail::is_parameter<std::remove_cvref_t<decltype(leaf)>>)
      stator::detail::trace_of(loss).result(gradient(Value(loss), Value(leaf)).id);
  });
}

/// RNN and GRU: the gradients of the parameters, y, the final state, the gradients of x and the initial state.
template <class Layer, class X, class Y, class S> constexpr auto one_state() {
  return program<Net<Layer>>(
      function<"f", X, S, Y, S>([](const auto& net, auto x, auto h0, auto dy, auto dh) {
        auto [y, h] = net.layer(x, h0);
        auto loss = sum(y * dy) + sum(h * dh);
        record_gradients(net, loss);
        return hana::make_tuple(y, h, gradient(loss, x), gradient(loss, h0));
      }),
      function<"zero", X>([](const auto& net, auto x) {
        auto [y, h] = net.layer(x);
        return hana::make_tuple(y, h);
      }));
}

/// The same for an LSTM, with the cells' states behind each state.
template <class Layer, class X, class Y, class S> constexpr auto two_states() {
  return program<Net<Layer>>(
      function<"f", X, S, S, Y, S, S>([](const auto& net, auto x, auto h0, auto c0, auto dy, auto dh, auto dc) {
        auto [y, state] = net.layer(x, hana::make_tuple(h0, c0));
        auto h = hana::at_c<0>(state), c = hana::at_c<1>(state);
        auto loss = sum(y * dy) + sum(h * dh) + sum(c * dc);
        record_gradients(net, loss);
        return hana::make_tuple(y, h, c, gradient(loss, x), gradient(loss, h0), gradient(loss, c0));
      }),
      function<"zero", X>([](const auto& net, auto x) {
        auto [y, state] = net.layer(x);
        return hana::make_tuple(y, hana::at_c<0>(state), hana::at_c<1>(state));
      }));
}

struct Case {
  std::string name;
  NdArray array(const std::string& tensor) const { return array_of(torch_tensor(name, tensor)); }
};

void check_close(const Case& torch, const std::string& tensor, const NdArray& found) {
  const std::string differs = difference(tensor_of(found), torch_tensor(torch.name, tensor), 1e-5);
  INFO(torch.name << ": " << tensor << ": " << differs);
  CHECK(differs.empty());
}

template <class P> State state_of(const P& program, const Case& torch) {
  State state = init(program, seed(0));
  for (const std::string& name : state.names()) state.set(name, torch.array(name.substr(std::string("layer.").size())));
  return state;
}

/// `states`: the names of the states, h and c. Without initial ones in the case, zeros are what it started from.
template <class P> void check_case(const P& program, const std::string& name, const std::vector<std::string>& states) {
  const Case torch{name};
  const bool starts = !name.ends_with("no_state");
  State state = state_of(program, torch);
  auto compiled = compile(program, test_options());
  std::vector<NdArray> inputs{torch.array("in.x")};
  for (const std::string& s : states)
    inputs.push_back(starts ? torch.array("in." + s + "0") : NdArray::zeros(DType::f32, torch.array("ct." + s + "n").extents()));
  inputs.push_back(torch.array("ct.y"));
  for (const std::string& s : states) inputs.push_back(torch.array("ct." + s + "n"));
  std::vector<const NdArray*> pointers;
  for (const NdArray& input : inputs) pointers.push_back(&input);

  const auto results = compiled.call_function("f", state, pointers);
  size_t at = 0;
  for (const std::string& parameter : state.names())
    check_close(torch, "grad." + parameter.substr(std::string("layer.").size()), results[at++]);
  check_close(torch, "out.y", results[at++]);
  for (const std::string& s : states) check_close(torch, "out." + s + "n", results[at++]);
  check_close(torch, "grad.x", results[at++]);
  for (const std::string& s : states) {
    if (starts) check_close(torch, "grad." + s + "0", results[at]);
    ++at;
  }
  if (starts) return;
  const auto zero = compiled.template call_all<"zero">(state, inputs[0]);
  check_close(torch, "out.y", zero[0]);
}

/// PyTorch's cases are 5 steps of 2 rows with 3 features, on 4 hidden values.
template <Recurrent Options> struct Shapes {
  static constexpr long directions = Options.bidirectional ? 2 : 1;
  using X = std::conditional_t<Options.batch_first, F<2, 5, 3>, F<5, 2, 3>>;
  using Y = std::conditional_t<Options.batch_first, F<2, 5, directions * 4>, F<5, 2, directions * 4>>;
  using S = F<directions * Options.num_layers, 2, 4>;
};

template <Recurrent O> void check_lstm(const std::string& name) {
  using Is = Shapes<O>;
  check_case(two_states<LSTM<3, 4, O>, typename Is::X, typename Is::Y, typename Is::S>(), name, {"h", "c"});
}
template <Recurrent O> void check_gru(const std::string& name) {
  using Is = Shapes<O>;
  check_case(one_state<GRU<3, 4, O>, typename Is::X, typename Is::Y, typename Is::S>(), name, {"h"});
}
template <Recurrent O, Nonlinearity N = Nonlinearity::tanh> void check_rnn(const std::string& name) {
  using Is = Shapes<O>;
  check_case(one_state<RNN<3, 4, O, N>, typename Is::X, typename Is::Y, typename Is::S>(), name, {"h"});
}

constexpr Recurrent two_layers{.num_layers = 2}, no_bias{.bias = false}, batch_first{.batch_first = true},
    bidirectional{.bidirectional = true}, two_layers_bidirectional{.num_layers = 2, .bidirectional = true};

}  // namespace

TEST_CASE("LSTM gives what PyTorch's does") {
  check_lstm<Recurrent{}>("lstm__one_layer");
  check_lstm<Recurrent{}>("lstm__no_state");
  check_lstm<no_bias>("lstm__no_bias");
  check_lstm<batch_first>("lstm__batch_first");
  check_lstm<bidirectional>("lstm__bidirectional");
  check_lstm<two_layers>("lstm__two_layers");
  check_lstm<two_layers_bidirectional>("lstm__two_layers_bidirectional");
}

TEST_CASE("GRU gives what PyTorch's does") {
  check_gru<Recurrent{}>("gru__one_layer");
  check_gru<Recurrent{}>("gru__no_state");
  check_gru<no_bias>("gru__no_bias");
  check_gru<batch_first>("gru__batch_first");
  check_gru<bidirectional>("gru__bidirectional");
  check_gru<two_layers>("gru__two_layers");
  check_gru<two_layers_bidirectional>("gru__two_layers_bidirectional");
}

TEST_CASE("RNN gives what PyTorch's does") {
  check_rnn<Recurrent{}>("rnn__one_layer");
  check_rnn<Recurrent{}>("rnn__no_state");
  check_rnn<no_bias>("rnn__no_bias");
  check_rnn<batch_first>("rnn__batch_first");
  check_rnn<bidirectional>("rnn__bidirectional");
  check_rnn<two_layers>("rnn__two_layers");
  check_rnn<two_layers_bidirectional>("rnn__two_layers_bidirectional");
  check_rnn<Recurrent{}, Nonlinearity::relu>("rnn__relu");
  check_rnn<two_layers_bidirectional, Nonlinearity::relu>("rnn__relu_two_layers_bidirectional");
}

}  // namespace stator::tests
