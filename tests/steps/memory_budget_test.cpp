// A step keeps to its memory budget, whatever it has to compute again, and computes the same.
#include "dsl/stator.h"
#include "examples/models/gpt.h"
#include "tests/catch.h"
#include "tests/ops/run.h"

namespace stator::tests {

namespace {

constexpr long rows = 12;

auto deep_gpt() {
  constexpr models::gpt sizes{.vocabulary = 11, .length = 16, .width = 32, .heads = 4, .layers = 24};
  using Text = Labels<sizes.vocabulary, batch, sizes.length>;
  return program<models::Gpt<sizes>>(
      train_step<Text, Text>([](const auto& net, auto text, auto next) { return net.loss(text, next); }, AdamW{}));
}

NdArray text_of(int64_t count) {
  NdArray text = NdArray::zeros(DType::i64, {count, 16});
  for (int64_t i = 0; i < text.element_count(); ++i) text.data<int64_t>()[i] = i * 7 % 11;
  return text;
}

struct Outcome {
  std::vector<double> losses;
  int64_t arena_bytes = 0;
};

/// Three steps, the last with fewer rows.
template <class P> Outcome trained(const P& net, int64_t memory_budget) {
  CompileOptions options = test_options();
  options.memory_budget = memory_budget;
  options.disabled_phases = {"blocks"};  // whose loops are not run again
  auto compiled = compile<"train_step">(net, batch = rows, options);
  State state = init(net, seed(1));
  Outcome outcome{{}, compiled.session().executable().functions[0].arena_bytes};
  for (int64_t valid : {rows, rows, rows / 2 + 1})
    outcome.losses.push_back(compiled.step(state, text_of(valid), text_of(valid)));
  return outcome;
}

}  // namespace

TEST_CASE("a deep model keeps to a budget, and learns the same") {
  const auto net = deep_gpt();
  const Outcome kept = trained(net, 0);
  for (const int64_t budget : {kept.arena_bytes * 9 / 10, kept.arena_bytes * 3 / 4}) {
    const Outcome within = trained(net, budget);
    INFO("arena: " << within.arena_bytes << " bytes instead of " << kept.arena_bytes << ", budget " << budget);
    CHECK(within.arena_bytes <= budget);
    for (size_t step = 0; step < kept.losses.size(); ++step)
      CHECK(within.losses[step] == Approx(kept.losses[step]).epsilon(1e-5));
  }
}

TEST_CASE("a budget that cannot be kept is one error with what is in the way") {
  using Catch::Matchers::Contains;
  const auto net = deep_gpt();
  CHECK_THROWS_WITH(trained(net, 1000),
                    Contains("compile: train_step: memory_budget is 1000 bytes, and its arena takes at least ") &&
                        Contains(" bytes of '") && Contains(" of blocks."));
  CHECK_THROWS_WITH(trained(net, -1), "compile: memory_budget is -1, which is below 0 bytes (no budget)");
}

}  // namespace stator::tests
