// Compiling the ConvNet's training step: from nothing, and from the kernel cache. `compile/mnist_convnet/{cold,warm}`.
#include <benchmark/benchmark.h>

#include <unistd.h>

#include <filesystem>

#include "examples/models/convnet.h"

namespace st = stator;

namespace {

void compile_step(const std::string& cache) {
  benchmark::DoNotOptimize(
      st::compile<"train_step">(models::convnet, st::batch = 32, st::CompileOptions{.cache = cache}));
}

void cold(benchmark::State& run) {
  for (auto _ : run) compile_step("off");
}

void warm(benchmark::State& run) {
  const auto folder = std::filesystem::temp_directory_path() / ("stator-bench-" + std::to_string(::getpid()));
  compile_step(folder.string());
  for (auto _ : run) compile_step(folder.string());
  std::filesystem::remove_all(folder);
}

BENCHMARK(cold)->Name("compile/mnist_convnet/cold")->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(warm)->Name("compile/mnist_convnet/warm")->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
