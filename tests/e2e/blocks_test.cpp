// A batch that goes through a step in blocks trains the same model, in less memory.
#include "tests/catch.h"
#include "tests/e2e/digits.h"
#include "tests/ops/compare.h"
#include "tests/ops/run.h"

namespace stator::tests {

namespace {

constexpr int64_t rows = 64;

CompileOptions options_for(bool blocks, int threads) {
  CompileOptions options = test_options();
  options.threads = threads;
  if (!blocks) options.disabled_phases = {"blocks"};
  return options;
}

struct Trained {
  State state;
  int64_t arena_bytes;
};

/// Three steps, the last of them on fewer rows than the first block has.
Trained train(bool blocks, int threads) {
  auto compiled = compile<"train_step">(models::convnet, batch = rows, options_for(blocks, threads));
  State state = init(models::convnet, seed(5));
  std::vector<Batch> batches = digit_batches(3, rows);
  batches[2] = batches[2].rows(0, 5);
  for (const Batch& given : batches) compiled.step(state, given.images, given.labels);
  return {std::move(state), compiled.session().executable().functions[0].arena_bytes};
}

}  // namespace

TEST_CASE("a step in blocks trains what a step at once does, in less memory") {
  const Trained blocks = train(true, 1), whole = train(false, 1);
  CHECK(blocks.arena_bytes < whole.arena_bytes);
  for (const std::string& name : whole.state.names()) {
    INFO(name);
    CHECK(error_of(blocks.state.get(name), whole.state.get(name)) <= 1e-5);
  }
}

TEST_CASE("a step in blocks has the same bits at any number of threads") {
  const Trained alone = train(true, 1);
  for (const int threads : {2, 3}) CHECK(same_bits(alone.state, train(true, threads).state));
}

TEST_CASE("predictions in blocks are those of all rows at once") {
  const Batch given = digit_batches(1, rows)[0];
  State state = init(models::convnet, seed(5));
  auto blocks = compile<"predict">(models::convnet, batch = rows, options_for(true, 1));
  auto whole = compile<"predict">(models::convnet, batch = rows, options_for(false, 1));
  const NdArray scores = blocks.call<"predict">(state, given.images).clone();
  CHECK(error_of(scores, whole.call<"predict">(state, given.images)) <= 1e-5);
}

}  // namespace stator::tests
