// attention keeps every value: what a stage computes once more is what the one before computed.
#include <array>

#include "dsl/checkpoint.h"
#include "dsl/layers/linear.h"
#include "dsl/losses.h"
#include "dsl/ops/attention.h"
#include "dsl/program.h"
#include "tests/catch.h"
#include "tests/passes_values/run_passes.h"

namespace stator::tests {

namespace {

using Heads = Tensor<f32, batch, 2, 33, 4>;

/// Attention to a projection of what it reads.
struct Block {
  Linear<4, 4> projection;
  constexpr auto operator()(auto x) const {
    return x + scaled_dot_product_attention<attention{.is_causal = true}>(projection(x), x, projection(x));
  }
};

template <bool Checkpointed> struct Layers {
  std::array<Block, 2> blocks;
  constexpr auto operator()(auto x) const {
    for (const auto& block : blocks) {
      if constexpr (Checkpointed) x = checkpoint(block)(x);
      else x = block(x);
    }
    return x;
  }
};

template <bool Checkpointed> constexpr auto layers = program<Layers<Checkpointed>>(
    train_step<Heads, Heads>([](const auto& net, auto x, auto y) { return mse_loss(net(x), y); }, SGD{.lr = 0.5}));

struct NoModel {};

/// The gradient of the size of a gradient: at least three stages.
constexpr auto second_order = program<NoModel>(function<"main", Heads, Heads>([](const auto&, auto x, auto y) {
  auto slope = gradient(sum(square(scaled_dot_product_attention(x, y, y))), x);
  return gradient(sum(square(slope)), x);
}));

constexpr auto before_attention = "mask,stator-differentiate,bind-symbols,simplify,reassociate,layout";

void check_step(const ProgramGraph& graph, int kernels) {
  Module before = Module(graph, {batch = 3}).after(before_attention), after = before.after("attention");
  CHECK(after.count("fusion") == kernels);
  for (const double rows : {3, 2}) {
    Arguments arguments{{}, {{"lr", 0.5}, {"step", 3}, {"valid.batch", rows}}};
    CHECK(error(after.run("train_step", arguments), before.run("train_step", arguments)) < 1e-12);
  }
}

}  // namespace

TEST_CASE("a training step is the same after attention, in short batches and with recomputed blocks too") {
  check_step(layers<false>.graph(), 4);
  check_step(layers<true>.graph(), 4);
}

TEST_CASE("gradients of gradients are the same after attention") {
  Module before = Module(second_order.graph(), {batch = 2}).after(before_attention), after = before.after("attention");
  CHECK(after.count("fusion") >= 3);
  CHECK(error(after.run("main"), before.run("main")) < 1e-12);
}

}  // namespace stator::tests
