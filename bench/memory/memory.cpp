// What a training step needs beyond weights, optimizer state and inputs: `memory/MODEL/batch:32`, with counters for its
// arena and for the values in it that are alive where most are, in MB. Nothing is timed.
#include <benchmark/benchmark.h>

#include "examples/models/char_lstm.h"
#include "examples/models/cifar_resnet.h"
#include "examples/models/convnet.h"
#include "examples/models/gpt.h"
#include "examples/models/mlp.h"
#include "examples/models/tinyvgg.h"

namespace st = stator;

namespace {

template <const auto& Program> void measure(benchmark::State& run) {
  auto train = st::compile<"train_step">(Program, st::batch = 32, st::CompileOptions{.threads = 1});
  for (auto _ : run) benchmark::DoNotOptimize(train);
  const st::CompiledFunction& step = train.session().executable().functions[0];
  run.counters["arena_mb"] = 1e-6 * static_cast<double>(step.arena_bytes);
  run.counters["live_mb"] = 1e-6 * static_cast<double>(step.live_bytes);
}

BENCHMARK(measure<models::mlp>)->Iterations(1)->Name("memory/mlp/batch:32");
BENCHMARK(measure<models::convnet>)->Iterations(1)->Name("memory/mnist_convnet/batch:32");
BENCHMARK(measure<models::tinyvgg>)->Iterations(1)->Name("memory/tinyvgg/batch:32");
BENCHMARK(measure<models::cifar_resnet>)->Iterations(1)->Name("memory/cifar_resnet/batch:32");
BENCHMARK(measure<models::char_gpt>)->Iterations(1)->Name("memory/char_gpt/batch:32");
BENCHMARK(measure<models::char_lstm>)->Iterations(1)->Name("memory/char_lstm/batch:32");

}  // namespace
