// One training step: forward, backward and update. `train_step/MODEL/batch:B/threads:T`.
#include <benchmark/benchmark.h>

#include "bench/image_batch.h"
#include "bench/text_batch.h"
#include "examples/models/char_lstm.h"
#include "examples/models/cifar_resnet.h"
#include "examples/models/convnet.h"
#include "examples/models/gpt.h"
#include "examples/models/mlp.h"
#include "examples/models/tinyvgg.h"

namespace st = stator;

namespace {

/// On images of `Side` x `Side`.
template <const auto& Program, int Channels, int Side, int Classes> void train_step(benchmark::State& run) {
  const bench::Batch batch = bench::image_batch(run.range(0), {Channels, Side, Side}, Classes);
  auto state = st::init(Program, st::seed(0));
  auto train = st::compile<"train_step">(Program, st::batch = run.range(0),
                                         st::CompileOptions{.threads = static_cast<int>(run.range(1))});
  for (auto _ : run) benchmark::DoNotOptimize(train.step(state, batch.images, batch.labels));
}

/// On characters.
template <const auto& Program> void character_step(benchmark::State& run) {
  const bench::Text text = bench::text_batch(run.range(0), models::characters.length, models::characters.vocabulary);
  auto state = st::init(Program, st::seed(0));
  auto train = st::compile<"train_step">(Program, st::batch = run.range(0),
                                         st::CompileOptions{.threads = static_cast<int>(run.range(1))});
  for (auto _ : run) benchmark::DoNotOptimize(train.step(state, text.tokens, text.next));
}

/// An LSTM alone, whose outputs should be as given; 32 steps.
struct Recurrent {
  st::LSTM<64, 128> lstm;
  constexpr auto operator()(auto x) const { return lstm(x).output; }
};
using Sequence = st::Tensor<st::f32, 32, st::batch, 64>;
using Output = st::Tensor<st::f32, 32, st::batch, 128>;

constexpr auto recurrent = st::program<Recurrent>(st::train_step<Sequence, Output>(
    [](const auto& net, auto x, auto target) { return mse_loss(net(x), target); }, st::Adam{}));

void recurrent_step(benchmark::State& run) {
  const int64_t rows = run.range(0);
  const st::NdArray x = bench::image_batch(32, {rows, 64, 1}, 1).images.reshape({32, rows, 64});
  const st::NdArray target = bench::image_batch(32, {rows, 128, 1}, 1).images.reshape({32, rows, 128});
  auto state = st::init(recurrent, st::seed(0));
  auto train = st::compile(recurrent, st::batch = rows, st::CompileOptions{.threads = static_cast<int>(run.range(1))});
  for (auto _ : run) benchmark::DoNotOptimize(train.step(state, x, target));
}

#define STATOR_TIMES(BATCH) \
  ArgNames({"batch", "threads"})->Args({BATCH, 1})->Args({BATCH, 2})->Unit(benchmark::kMicrosecond)->UseRealTime()
#define STATOR_TRAIN_STEP(MODEL, BATCH, CHANNELS, SIDE, CLASSES) \
  BENCHMARK(train_step<models::MODEL, CHANNELS, SIDE, CLASSES>)->STATOR_TIMES(BATCH)
STATOR_TRAIN_STEP(mlp, 32, 1, 28, 10)->Name("train_step/mlp");
STATOR_TRAIN_STEP(convnet, 32, 1, 28, 10)->Name("train_step/mnist_convnet");
STATOR_TRAIN_STEP(tinyvgg, 32, 3, 64, 3)->Name("train_step/tinyvgg");
STATOR_TRAIN_STEP(cifar_resnet, 128, 3, 32, 10)->Name("train_step/cifar_resnet");
BENCHMARK(character_step<models::char_gpt>)->STATOR_TIMES(12)->Name("train_step/char_gpt");
BENCHMARK(character_step<models::char_lstm>)->STATOR_TIMES(32)->Name("train_step/char_lstm");
BENCHMARK(recurrent_step)->STATOR_TIMES(32)->Name("train_step/lstm");

}  // namespace
