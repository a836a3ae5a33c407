// Rows of the recurrent layers and cells, which are composed of other ops.
#include "dsl/stator.h"
#include "tests/catch.h"
#include "tests/ops/check_row.h"
#include "tests/ops/rows.h"

namespace stator::tests {

namespace {

constexpr Recurrent one_layer{}, two_layers{.num_layers = 2}, no_bias{.bias = false}, batch_first{.batch_first = true},
    bidirectional{.bidirectional = true}, two_layers_bidirectional{.num_layers = 2, .bidirectional = true},
    projection{.proj_size = 2};

const std::vector<std::string> y_and_h{"out.y", "out.hn"}, y_h_and_c{"out.y", "out.hn", "out.cn"};
const TorchNames from_zeros{{"in.x"}, y_and_h}, from_h{{"in.x", "in.h0"}, y_and_h};
const TorchNames lstm_from_zeros{{"in.x"}, y_h_and_c}, from_h_and_c{{"in.x", "in.h0", "in.c0"}, y_h_and_c};

constexpr auto run = [](const auto& layer, auto x, auto... h0) {
  auto [y, h] = layer(x, h0...);
  return std::tuple(y, h);
};
constexpr auto run_lstm = [](const auto& layer, auto x, auto... h0_and_c0) {
  auto results = [](const auto& of) { return std::tuple(of.output, hana::at_c<0>(of.state), hana::at_c<1>(of.state)); };
  if constexpr (sizeof...(h0_and_c0) == 0) return results(layer(x));
  else return results(layer(x, hana::make_tuple(h0_and_c0...)));
};

/// PyTorch's cases are 5 steps of 2 rows with 3 features, on 4 hidden values.
template <Recurrent Options> using Sequence = std::conditional_t<Options.batch_first, F<2, 5, 3>, F<5, 2, 3>>;
template <Recurrent Options, long Width = 4> using Start =
    F<Options.num_layers*(Options.bidirectional ? 2 : 1), 2, Width>;

template <template <Recurrent> class Layer, Recurrent Options> void add_case(Row& row, const std::string& variant) {
  row.torch_layer<Layer<Options>, Sequence<Options>, Start<Options>>(row.op() + "__" + variant, from_h, run);
}
template <template <Recurrent> class Layer> Row one_state(const std::string& op) {
  Row row(op);
  row.domains({{-1, 1}})
      .template at_layer<Layer<batch_first>, F<batch, 5, 3>>(run)
      .template at_layer<Layer<bidirectional>, F<batch, 2, 3>>(run)
      .template torch_layer<Layer<one_layer>, Sequence<one_layer>>(op + "__no_state", from_zeros, run);
  add_case<Layer, one_layer>(row, "one_layer");
  add_case<Layer, no_bias>(row, "no_bias");
  add_case<Layer, batch_first>(row, "batch_first");
  add_case<Layer, bidirectional>(row, "bidirectional");
  add_case<Layer, two_layers>(row, "two_layers");
  add_case<Layer, two_layers_bidirectional>(row, "two_layers_bidirectional");
  return row;
}

template <Recurrent Options> using Rnn = RNN<3, 4, Options>;
template <Recurrent Options> using ReluRnn = RNN<3, 4, Options, Nonlinearity::relu>;
template <Recurrent Options> using Gru = GRU<3, 4, Options>;

Row rnn_row() {
  Row row = one_state<Rnn>("rnn");
  add_case<ReluRnn, one_layer>(row, "relu");
  add_case<ReluRnn, two_layers_bidirectional>(row, "relu_two_layers_bidirectional");
  return row;
}

template <Recurrent Options> void add_lstm_case(Row& row, const std::string& variant) {
  constexpr long width = Options.proj_size ? Options.proj_size : 4;
  row.torch_layer<LSTM<3, 4, Options>, Sequence<Options>, Start<Options, width>, Start<Options>>(
      "lstm__" + variant, from_h_and_c, run_lstm);
}

Row lstm_row() {
  Row row("lstm");
  row.domains({{-1, 1}})
      .at_layer<LSTM<3, 4, batch_first>, F<batch, 5, 3>>(run_lstm)
      .at_layer<LSTM<3, 4, Recurrent{.num_layers = 2, .bidirectional = true, .proj_size = 3}>, F<batch, 2, 3>>(run_lstm)
      .torch_layer<LSTM<3, 4>, F<5, 2, 3>>("lstm__no_state", lstm_from_zeros, run_lstm);
  add_lstm_case<one_layer>(row, "one_layer");
  add_lstm_case<no_bias>(row, "no_bias");
  add_lstm_case<batch_first>(row, "batch_first");
  add_lstm_case<bidirectional>(row, "bidirectional");
  add_lstm_case<two_layers>(row, "two_layers");
  add_lstm_case<two_layers_bidirectional>(row, "two_layers_bidirectional");
  add_lstm_case<projection>(row, "projection");
  return row;
}

/// A cell whose result goes back into it.
constexpr auto twice = [](const auto& cell, auto x) { return cell(x, cell(x)); };
constexpr auto once = [](const auto& cell, auto x, auto h) { return cell(x, h); };

template <class Cell> Row cell_row(const std::string& op) {
  Row row(op);
  return row.domains({{-1, 1}})
      .template at_layer<Cell, F<batch, 3>>(twice)
      .template at_layer<Cell, F<3>>(twice)
      .template torch_layer<Cell, F<2, 3>, F<2, 4>>(op, {{"in.x", "in.h"}, {"out.y"}}, once);
}

Row lstm_cell_row() {
  constexpr auto pair = [](const auto& state) { return std::tuple(hana::at_c<0>(state), hana::at_c<1>(state)); };
  Row row("lstm_cell");
  return row.domains({{-1, 1}})
      .at_layer<LSTMCell<3, 4, false>, F<batch, 3>>([=](const auto& cell, auto x) { return pair(twice(cell, x)); })
      .torch_layer<LSTMCell<3, 4>, F<2, 3>, F<2, 4>, F<2, 4>>(
          "lstm_cell", {{"in.x", "in.h", "in.c"}, {"out.h1", "out.c1"}},
          [=](const auto& cell, auto x, auto h, auto c) { return pair(cell(x, hana::make_tuple(h, c))); });
}

}  // namespace

const std::vector<Row>& recurrent_rows() {
  static const std::vector<Row> rows{rnn_row(),
                                     lstm_row(),
                                     one_state<Gru>("gru"),
                                     cell_row<RNNCell<3, 4>>("rnn_cell"),
                                     lstm_cell_row(),
                                     cell_row<GRUCell<3, 4>>("gru_cell")};
  return rows;
}

TEST_CASE("recurrent layers and cells") { check_all(recurrent_rows()); }

}  // namespace stator::tests
