// Recurrent layers and cells on inputs and states of other extents.
#include <stator/stator.h>
namespace st = stator;
template <auto... E> using F = st::Expr<st::Tensor<st::f32, E...>>;

#ifdef GOOD
using Sequence = F<9, st::batch, 8>;
using Row = F<st::batch, 8>;
using State = F<st::batch, 16>;
constexpr st::Recurrent projects{};
auto states(State h, State c) { return boost::hana::make_tuple(h, c); }
#else
using Sequence = F<9, st::batch, 7>;
using Row = F<st::batch, 7>;
using State = F<st::batch, 15>;
constexpr st::Recurrent projects{.proj_size = 4};
auto states(State h, State) { return h; }
#endif

void broken(st::GRU<8, 16> gru, st::RNNCell<8, 16> rnn_cell, st::GRUCell<8, 16> gru_cell, st::LSTMCell<8, 16> lstm_cell,
            Sequence sequence, Row row, F<st::batch, 8> x, State h) {
  // expect: recurrent layer: the input is not of rank 3 with input_size as its last extent | Shape<9, batch, 7>
  auto a = gru(sequence);
  // expect: recurrent cell: the input is not [N, input_size] or [input_size] | Shape<batch, 7>
  auto b = rnn_cell(row);
  // expect: recurrent cell: the state is not [N, hidden_size], as many rows as the input | Shape<batch, 8>
  auto c = gru_cell(x, h);
  // expect: recurrent cell: the state is not [N, hidden_size], as many rows as the input | Shape<batch, 8>
  auto d = lstm_cell(x, states(h, h));
  // expect-in-header: proj_size is an option of LSTM alone
  st::RNN<8, 16, projects> e{};
}
