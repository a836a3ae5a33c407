// Compiling training steps: from nothing, and from the kernel cache. `compile/MODEL/{cold,warm}`; and from nothing for
// more and more equal blocks, `compile/gpt/blocks:N`, which are computed again for the gradient in `.../checkpointed`.
#include <benchmark/benchmark.h>

#include <unistd.h>

#include <filesystem>

#include "examples/models/convnet.h"
#include "examples/models/gpt.h"

namespace st = stator;

namespace {

template <const auto& Program, long Rows> void compile_step(const std::string& cache) {
  benchmark::DoNotOptimize(st::compile<"train_step">(Program, st::batch = Rows, st::CompileOptions{.cache = cache}));
}

template <const auto& Program, long Rows> void cold(benchmark::State& run) {
  for (auto _ : run) compile_step<Program, Rows>("off");
}

template <const auto& Program, long Rows> void warm(benchmark::State& run) {
  const auto folder = std::filesystem::temp_directory_path() / ("stator-bench-" + std::to_string(::getpid()));
  compile_step<Program, Rows>(folder.string());
  for (auto _ : run) compile_step<Program, Rows>(folder.string());
  std::filesystem::remove_all(folder);
}

/// A training step of so many blocks, which is traced at run time. Counters: milliseconds of each phase, and the arena.
template <long Blocks, bool Checkpointed = false> void blocks(benchmark::State& run) {
  constexpr models::gpt sizes{.layers = Blocks, .checkpointed = Checkpointed};
  const auto program = st::program<models::Gpt<sizes>>(st::train_step<models::Characters, models::Characters>(
      [](const auto& net, auto text, auto next) { return net.loss(text, next); }, st::AdamW{}));
  for (auto _ : run) {
    auto step = st::compile<"train_step">(program, st::batch = 12, st::CompileOptions{.cache = "off"});
    for (const auto& [phase, ms] : step.session().executable().phase_times) run.counters[phase] = ms;
    run.counters["arena_mb"] = 1e-6 * static_cast<double>(step.session().executable().functions[0].arena_bytes);
  }
}
BENCHMARK(blocks<12>)->Unit(benchmark::kMillisecond)->UseRealTime()->Name("compile/gpt/blocks:12");
BENCHMARK(blocks<96>)->Unit(benchmark::kMillisecond)->UseRealTime()->Name("compile/gpt/blocks:96");
BENCHMARK(blocks<12, true>)->Unit(benchmark::kMillisecond)->UseRealTime()->Name("compile/gpt/blocks:12/checkpointed");

#define STATOR_COMPILE(HOW, MODEL, ROWS) \
  BENCHMARK(HOW<models::MODEL, ROWS>)->Unit(benchmark::kMillisecond)->UseRealTime()
STATOR_COMPILE(cold, convnet, 32)->Name("compile/mnist_convnet/cold");
STATOR_COMPILE(warm, convnet, 32)->Name("compile/mnist_convnet/warm");
STATOR_COMPILE(cold, char_gpt, 12)->Name("compile/char_gpt/cold");
STATOR_COMPILE(warm, char_gpt, 12)->Name("compile/char_gpt/warm");

}  // namespace
