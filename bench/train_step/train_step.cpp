// One training step: forward, backward and update. `train_step/MODEL/batch:B/threads:T`.
#include <benchmark/benchmark.h>

#include "bench/digits_batch.h"
#include "examples/models/convnet.h"
#include "examples/models/mlp.h"

namespace st = stator;

namespace {

template <const auto& Program> void train_step(benchmark::State& run) {
  const bench::Batch batch = bench::digits_batch(run.range(0));
  auto state = st::init(Program, st::seed(0));
  auto train = st::compile<"train_step">(Program, st::batch = run.range(0),
                                         st::CompileOptions{.threads = static_cast<int>(run.range(1))});
  for (auto _ : run) benchmark::DoNotOptimize(train.step(state, batch.images, batch.labels));
}

BENCHMARK(train_step<models::mlp>)
    ->Name("train_step/mlp")
    ->ArgNames({"batch", "threads"})
    ->Args({32, 1})
    ->Args({32, 2})
    ->Unit(benchmark::kMicrosecond)
    ->UseRealTime();
BENCHMARK(train_step<models::convnet>)
    ->Name("train_step/mnist_convnet")
    ->ArgNames({"batch", "threads"})
    ->Args({32, 1})
    ->Args({32, 2})
    ->Unit(benchmark::kMicrosecond)
    ->UseRealTime();

}  // namespace
