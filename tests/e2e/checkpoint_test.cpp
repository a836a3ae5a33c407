// Blocks that are computed again for the gradient: the same bits, and less memory.
#include "dsl/stator.h"
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

struct Outcome {
  State state;
  std::vector<double> losses;
  int64_t arena_bytes;
};

/// Three steps, the last with 5 of 64 rows.
template <bool Again> Outcome trained(const CompileOptions& options) {
  const auto net = stack<Again>();
  auto compiled = compile(net, batch = 64, options);
  Outcome outcome{init(net, seed(1)), {}, compiled.session().executable().functions[0].arena_bytes};
  NdArray x = NdArray::zeros(DType::f32, {64, 32}), y = NdArray::zeros(DType::i64, {64});
  for (int64_t i = 0; i < 64 * 32; ++i) x.data<float>()[i] = static_cast<float>(i * 37 % 101) / 50 - 1;
  for (int64_t i = 0; i < 64; ++i) y.data<int64_t>()[i] = i * 7 % 4;
  for (int64_t rows : {64, 64, 5})
    outcome.losses.push_back(compiled.step(outcome.state, x.slice(0, 0, rows), y.slice(0, 0, rows)));
  return outcome;
}

}  // namespace

TEST_CASE("checkpointed blocks give the same bits in less memory") {
  const Outcome kept = trained<false>(test_options()), again = trained<true>(test_options());
  CHECK(again.losses == kept.losses);
  CHECK(same_bits(again.state, kept.state));
  INFO("arena: " << again.arena_bytes << " bytes instead of " << kept.arena_bytes);
  CHECK(again.arena_bytes < kept.arena_bytes / 2);
}

TEST_CASE("checkpointed blocks mean the same without simplification") {
  CompileOptions plain = test_options();
  plain.disabled_phases = {"simplify"};
  const Outcome kept = trained<false>(test_options()), again = trained<true>(plain);
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
