// Bit for bit: at any number of threads, from run to run, and across save and resume, with dropout on.
#include "examples/models/mlp.h"
#include "runtime/train/schedules.h"
#include "tests/catch.h"
#include "tests/e2e/digits.h"
#include "tests/ops/run.h"
#include "tests/runtime/support.h"

namespace stator::tests {

namespace {

constexpr int64_t rows = 32;

CompileOptions with_threads(int threads) {
  CompileOptions options = test_options();
  options.threads = threads;
  return options;
}

template <class Compiled>
void train(Compiled& compiled, State& state, const std::vector<Batch>& batches, size_t first, size_t last) {
  for (size_t i = first; i < last; ++i) compiled.step(state, batches[i].images, batches[i].labels);
}

/// With the rates of a schedule of six steps, by the state's own count of them.
template <class Compiled>
void train_on_schedule(Compiled& compiled, State& state, const std::vector<Batch>& batches, size_t steps) {
  const OneCycleLR rate{.max_lr = 0.01, .total_steps = 6};
  for (size_t i = 0; i < steps; ++i) {
    const auto done = static_cast<int64_t>(state.get("step").item());
    compiled.step(state, batches[done].images, batches[done].labels, {.lr = rate.lr(done)});
  }
}

template <class P> void check_threads(const P& program) {
  const std::vector<Batch> batches = digit_batches(6, rows);
  State alone = init(program, seed(5));
  auto one = compile<"train_step">(program, batch = rows, with_threads(1));
  train(one, alone, batches, 0, batches.size());
  for (const int threads : {1, 2, 3}) {
    State state = init(program, seed(5));
    auto several = compile<"train_step">(program, batch = rows, with_threads(threads));
    train(several, state, batches, 0, batches.size());
    INFO(threads << " threads");
    CHECK(same_bits(alone, state));
  }
}

template <class P> void check_resume(const P& program) {
  const TemporaryFolder folder;
  const std::vector<Batch> batches = digit_batches(6, rows);
  auto compiled = compile<"train_step">(program, batch = rows, test_options());
  State whole = init(program, seed(5));
  train(compiled, whole, batches, 0, 3);
  whole.save(folder / "middle.safetensors");
  train(compiled, whole, batches, 3, 6);

  State resumed = init(program, seed(99));
  resumed.load(folder / "middle.safetensors");
  auto again = compile<"train_step">(program, batch = rows, test_options());
  train(again, resumed, batches, 3, 6);
  CHECK(resumed.seed() == 5);
  CHECK(same_bits(whole, resumed));
}

}  // namespace

TEST_CASE("1, 2 and 3 threads train the ConvNet to the same bits") { check_threads(models::convnet); }
TEST_CASE("1, 2 and 3 threads train the perceptron to the same bits") { check_threads(models::mlp); }
TEST_CASE("the ConvNet saved in the middle and resumed is the uninterrupted one") { check_resume(models::convnet); }
TEST_CASE("the perceptron saved in the middle and resumed is the uninterrupted one") { check_resume(models::mlp); }

TEST_CASE("a schedule goes on where it was saved") {
  const TemporaryFolder folder;
  const std::vector<Batch> batches = digit_batches(6, rows);
  auto compiled = compile<"train_step">(models::mlp, batch = rows, test_options());
  State whole = init(models::mlp, seed(5)), resumed = init(models::mlp, seed(99));
  train_on_schedule(compiled, whole, batches, 2);
  whole.save(folder / "middle.safetensors");
  train_on_schedule(compiled, whole, batches, 4);
  resumed.load(folder / "middle.safetensors");
  train_on_schedule(compiled, resumed, batches, 4);
  CHECK(same_bits(whole, resumed));
}

TEST_CASE("dropout differs from step to step, and with the seed") {
  const Batch given = digit_batches(1, rows)[0];
  auto compiled = compile<"train_step">(models::convnet, batch = rows, test_options());
  auto loss = [&](int64_t draws, int steps_before) {
    State state = init(models::convnet, seed(5));
    for (int i = 0; i < steps_before; ++i) compiled.step(state, given.images, given.labels, {.lr = 0, .seed = draws});
    return compiled.step(state, given.images, given.labels, {.lr = 0, .seed = draws});
  };
  CHECK(loss(1, 0) == loss(1, 0));
  CHECK(loss(1, 0) != loss(2, 0));
  CHECK(loss(1, 0) != loss(1, 1));
}

}  // namespace stator::tests
