// The character models with PyTorch's weights: the same output, gradients, and loss over 20 steps of each optimizer.
#include "tests/e2e/reference_model.h"

namespace stator::tests {

namespace {

constexpr long characters = 65;
using Text = Labels<characters, batch, 32>;

template <class Layer> struct CharNet {
  Embedding<characters, 16> emb;
  Layer rnn;
  Linear<24, characters> head;
  constexpr auto operator()(auto ids) const { return head(rnn(emb(ids)).output); }
};

using Lstm = CharNet<LSTM<16, 24, Recurrent{.num_layers = 2, .batch_first = true}>>;
using Gru = CharNet<GRU<16, 24, Recurrent{.batch_first = true}>>;

/// Cross entropy over all positions.
constexpr auto loss_of = [](const auto& net, auto ids, auto next) {
  return cross_entropy(reshape<-1, characters>(net(ids)), reshape<-1>(next));
};

const ReferenceModel lstm{"char_lstm", STATOR_TEST_DATA "/char_lstm"}, gru{"char_gru", STATOR_TEST_DATA "/char_gru"};

}  // namespace

TEST_CASE("the character LSTM's output and gradients are PyTorch's, in full batches and short ones") {
  check_model<Lstm, Text, Text>(lstm, loss_of);
  check_model<Lstm, Text, Text>(lstm, loss_of, 7);
}
TEST_CASE("a text alone trains the model as one row of a larger batch does") {
  const auto steps = program<Gru>(train_step<Text, Text>(loss_of, SGD{.lr = 0.5}));
  NdArray text = NdArray::empty(DType::i64, {1, 32}), next = NdArray::empty(DType::i64, {1, 32});
  for (int64_t i = 0; i < 32; ++i) {
    reinterpret_cast<int64_t*>(text.bytes())[i] = i * 7 % characters;
    reinterpret_cast<int64_t*>(next.bytes())[i] = (i + 1) * 7 % characters;
  }
  State alone = init(steps, seed(3)), among = init(steps, seed(3));
  auto at_1 = compile(steps, batch = 1, test_options()), at_8 = compile(steps, batch = 8, test_options());
  for (int i = 0; i < 3; ++i) CHECK(at_1.step(alone, text, next) == Approx(at_8.step(among, text, next)).epsilon(1e-5));
  for (const std::string& name : alone.names()) {
    INFO(name);
    CHECK(error_of(alone.get(name), among.get(name)) <= 1e-5);
  }
}
TEST_CASE("the character GRU's output and gradients are PyTorch's") { check_model<Gru, Text, Text>(gru, loss_of); }
TEST_CASE("six optimizers train the character LSTM down PyTorch's curves") {
  check_curves<Lstm, Text, Text>(lstm, loss_of);
}
TEST_CASE("six optimizers train the character GRU down PyTorch's curves") {
  check_curves<Gru, Text, Text>(gru, loss_of);
}

}  // namespace stator::tests
