// One prediction in evaluation mode. `predict/MODEL/batch:B/threads:T`.
#include <benchmark/benchmark.h>

#include "bench/image_batch.h"
#include "examples/models/convnet.h"

namespace st = stator;

namespace {

void predict(benchmark::State& run) {
  const bench::Batch batch = bench::image_batch(run.range(0), {1, 28, 28}, 10);
  auto state = st::init(models::convnet, st::seed(0));
  auto net = st::compile<"predict">(models::convnet, st::batch = run.range(0),
                                    st::CompileOptions{.threads = static_cast<int>(run.range(1))});
  for (auto _ : run) benchmark::DoNotOptimize(net.call<"predict">(state, batch.images));
}

BENCHMARK(predict)
    ->Name("predict/mnist_convnet")
    ->ArgNames({"batch", "threads"})
    ->ArgsProduct({{1, 500}, {1, 2}})
    ->Unit(benchmark::kMicrosecond)
    ->UseRealTime();

}  // namespace
