// Blocks that are computed again for the gradient: the same bits, and less memory.
#include "dsl/stator.h"
#include "examples/models/gpt.h"
#include "tests/catch.h"
#include "tests/e2e/digits.h"
#include "tests/ops/run.h"

namespace stator::tests {

namespace {

struct Block {
  Linear<32, 128> up;
  Dropout<0.1> drop;
  Linear<128, 32> down;
  constexpr auto operator()(auto x) const {
    auto hidden = drop(tanh(up(x)));
    return x + down(relu(hidden * softmax(hidden)));
  }
};
template <bool Again> struct Stack {
  std::array<Block, 12> blocks;
  Linear<32, 4> head;
  constexpr auto operator()(auto x) const {
    for (const Block& block : blocks) {
      if constexpr (Again) x = checkpoint(block)(x);
      else x = block(x);
    }
    return head(x);
  }
};
using X = Tensor<f32, batch, 32>;
using Y = Labels<4, batch>;

template <bool Again> auto stack() {
  return program<Stack<Again>>(
      train_step<X, Y>([](const auto& net, auto x, auto y) { return cross_entropy(net(x), y); }, Adam{.lr = 1e-2}));
}

template <bool Again> auto gpt() {
  constexpr models::gpt sizes{
      .vocabulary = 11, .length = 16, .width = 32, .heads = 4, .layers = 12, .checkpointed = Again};
  using Text = Labels<sizes.vocabulary, batch, sizes.length>;
  return program<models::Gpt<sizes>>(
      train_step<Text, Text>([](const auto& net, auto text, auto next) { return net.loss(text, next); }, AdamW{}));
}

/// A block with a loop in it, whose derivative says itself what is kept.
struct Reader {
  GRU<8, 8, Recurrent{.batch_first = true}> rnn;
  Linear<8, 8> mix;
  template <Operand X> constexpr auto operator()(const X& x) const { return x + mix(rnn(tanh(x)).output); }
};
template <bool Again> struct Readers {
  std::array<Reader, 2> blocks;
  Linear<8, 4> head;
  template <Operand X> constexpr auto operator()(const X& x) const {
    auto y = x;
    for (const Reader& block : blocks) {
      if constexpr (Again) y = checkpoint(block)(y);
      else y = block(y);
    }
    return head(mean<1>(y));
  }
};
template <bool Again> auto readers() {
  return program<Readers<Again>>(train_step<Tensor<f32, batch, 5, 8>, Y>(
      [](const auto& net, auto x, auto y) { return cross_entropy(net(x), y); }, Adam{.lr = 1e-2}));
}

NdArray text_of(int64_t rows, int64_t columns, int64_t characters) {
  NdArray text = NdArray::zeros(DType::i64, {rows, columns});
  for (int64_t i = 0; i < rows * columns; ++i) text.data<int64_t>()[i] = i * 7 % characters;
  return text;
}

struct Outcome {
  State state;
  std::vector<double> losses;
  int64_t arena_bytes;
};

/// Three steps, the last with fewer rows.
template <class P>
Outcome trained(const P& net, const NdArray& x, const NdArray& y, const CompileOptions& options = test_options()) {
  const long rows = x.extent(0);
  auto compiled = compile(net, batch = rows, options);
  Outcome outcome{init(net, seed(1)), {}, compiled.session().executable().functions[0].arena_bytes};
  for (int64_t valid : {rows, rows, rows / 2 + 1})
    outcome.losses.push_back(compiled.step(outcome.state, x.slice(0, 0, valid), y.slice(0, 0, valid)));
  return outcome;
}

NdArray numbers(std::vector<int64_t> extents) {
  NdArray x = NdArray::zeros(DType::f32, extents);
  for (int64_t i = 0; i < x.element_count(); ++i) x.data<float>()[i] = static_cast<float>(i * 37 % 101) / 50 - 1;
  return x;
}

NdArray classes(int64_t rows) {
  NdArray y = NdArray::zeros(DType::i64, {rows});
  for (int64_t i = 0; i < rows; ++i) y.data<int64_t>()[i] = i * 7 % 4;
  return y;
}

template <bool Again> Outcome trained_stack(const CompileOptions& options = test_options()) {
  return trained(stack<Again>(), numbers({64, 32}), classes(64), options);
}

/// `share`: of the arena, at most what is left.
void check_same_in_less(const Outcome& again, const Outcome& kept, double share) {
  CHECK(again.losses == kept.losses);
  CHECK(same_bits(again.state, kept.state));
  INFO("arena: " << again.arena_bytes << " bytes instead of " << kept.arena_bytes);
  CHECK(static_cast<double>(again.arena_bytes) < share * static_cast<double>(kept.arena_bytes));
}

}  // namespace

TEST_CASE("checkpointed blocks give the same bits in less memory") {
  check_same_in_less(trained_stack<true>(), trained_stack<false>(), 0.5);
}

TEST_CASE("a checkpointed GPT of 12 blocks gives the same bits in less memory") {
  const NdArray text = text_of(6, 16, 11), next = text_of(6, 16, 10);
  check_same_in_less(trained(gpt<true>(), text, next), trained(gpt<false>(), text, next), 0.2);
}

TEST_CASE("a checkpointed block with a loop is kept as it is") {
  const NdArray x = numbers({6, 5, 8}), y = classes(6);
  const Outcome kept = trained(readers<false>(), x, y), again = trained(readers<true>(), x, y);
  CHECK(again.losses == kept.losses);
  CHECK(same_bits(again.state, kept.state));
  CHECK(again.arena_bytes == kept.arena_bytes);
}

TEST_CASE("checkpointed blocks mean the same without simplification") {
  CompileOptions plain = test_options();
  plain.disabled_phases = {"simplify"};
  const Outcome kept = trained_stack<false>(), again = trained_stack<true>(plain);
  for (size_t i = 0; i < 3; ++i) CHECK(again.losses[i] == Approx(kept.losses[i]).epsilon(1e-4));
}

TEST_CASE("a program without a gradient has nothing to compute again") {
  const auto predict = [](auto net) {
    using Net = decltype(net);
    return program<Net>(function<"predict", X>([](const auto& model, auto x) { return model(x); }));
  };
  const auto arena = [](const auto& program) {
    return compile(program, batch = 64, test_options()).session().executable().functions[0].arena_bytes;
  };
  CHECK(arena(predict(Stack<true>{})) == arena(predict(Stack<false>{})));
}

}  // namespace stator::tests
