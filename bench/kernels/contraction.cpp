// Contractions of the shapes that small networks have, in GFLOP/s and as a fraction of this core's measured FMA peak.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "compiler/kernels/measure_peak.h"
#include "compiler/kernels/single_contraction.h"

namespace {

using namespace stator::kernels;
namespace cpu = stator::cpu;

const cpu::Target& target() {
  static const cpu::Target chosen =
      cpu::resolveTarget(std::getenv("STATOR_TARGET") ? std::getenv("STATOR_TARGET") : "native");
  return chosen;
}

double secondsNow() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double peakFlops() {
  static const double best = measureFlops(target());
  return best;
}

struct Aligned {
  explicit Aligned(int64_t elements)
      : data(static_cast<float*>(std::aligned_alloc(4096, (elements * 4 + 8191) / 4096 * 4096))) {
    for (int64_t i = 0; i < elements; ++i) data.get()[i] = static_cast<float>(i * 7 % 13) / 8 - 0.75f;
  }
  struct Free {
    void operator()(float* memory) const { std::free(memory); }
  };
  std::unique_ptr<float, Free> data;
};

void describe(benchmark::State& state, const ContractionForm& form, const ContractionSchedule& s, double best) {
  double flops = 2.0 * static_cast<double>(multiplyCount(form));
  state.counters["GFLOP/s"] = flops / best * 1e-9;
  state.counters["of_peak"] = flops / best / peakFlops();
  std::string label = std::to_string(s.cutExtent * s.wholeRows) + "x" + std::to_string(s.panelColumns);
  if (s.kernel == ContractionSchedule::Kernel::dot) label += " dot";
  if (s.packB) label += " packed";
  if (s.hoisted) label += " hoisted";
  state.SetLabel(label + " unroll " + std::to_string(s.unroll) + " chunks " + std::to_string(s.chunks));
}

void run(benchmark::State& state, std::string name, const ContractionForm& form) {
  ContractionSchedule schedule = scheduleContraction(form, target());
  const char* folder = std::getenv("STATOR_ASSEMBLY");
  auto kernel = compileContraction(form, schedule, target(), nullptr, folder != nullptr);
  if (folder) {
    std::replace(name.begin(), name.end(), '/', '_');
    std::ofstream(std::string(folder) + "/" + name + ".s") << kernel.assembly;
  }
  state.counters["compile_ms"] = kernel.compileMilliseconds;
  auto* entry = kernel.entry<void(float*, float*, float*, float*, float*, int64_t)>();
  ContractionBuffers sizes = contractionBuffers(form);
  Aligned a(sizes.a), b(sizes.b), c(sizes.c), scratch(schedule.scratchElements() + 16), bias(form.columns.extent);
  double best = 1e9;
  for (auto _ : state) {
    double start = secondsNow();
    for (int64_t chunk = 0; chunk < schedule.chunks; ++chunk)
      entry(a.data.get(), b.data.get(), c.data.get(), scratch.data.get(), bias.data.get(), chunk);
    best = std::min(best, secondsNow() - start);
  }
  describe(state, form, schedule, best);
}

/// C[m, n] = A * B; `layout` says which of A and B lie transposed in memory.
ContractionForm gemm(const std::string& layout, int64_t m, int64_t k, int64_t n) {
  bool ta = layout[0] == 'T', tb = layout[1] == 'T';
  ContractionForm form;
  form.rows = {{m, ta ? 1 : k, 0, n}};
  form.columns = {n, 0, tb ? k : 1, 1};
  form.reductions = {{k, ta ? m : 1, tb ? 1 : n, 0}};
  return form;
}

/// [n, h, w, in] * [kernel, kernel, in, out], without padding.
ContractionForm convolution(int64_t n, int64_t h, int64_t w, int64_t in, int64_t out, int64_t kernel) {
  int64_t oh = h - kernel + 1, ow = w - kernel + 1;
  ContractionForm form;
  form.outer = {{n, h * w * in, 0, oh * ow * out}, {oh, w * in, 0, ow * out}};
  form.rows = {{ow, in, 0, out}};
  form.columns = {out, 0, 1, 1};
  form.reductions = {{kernel, w * in, kernel * in * out, 0}, {kernel * in, 1, out, 0}};
  return form;
}

ContractionForm weightGradient(int64_t n, int64_t h, int64_t w, int64_t in, int64_t out, int64_t kernel) {
  int64_t oh = h - kernel + 1, ow = w - kernel + 1;
  ContractionForm form;
  form.rows = {{kernel, w * in, 0, kernel * in * out}, {kernel * in, 1, 0, out}};
  form.columns = {out, 0, 1, 1};
  form.reductions = {{n, h * w * in, oh * ow * out, 0}, {oh, w * in, ow * out, 0}, {ow, in, out, 0}};
  return form;
}

void addBenchmark(const std::string& name, const ContractionForm& form) {
  benchmark::RegisterBenchmark(name.c_str(), [name, form](benchmark::State& state) { run(state, name, form); });
}

const bool registered = [] {
  struct {
    const char* layout;
    int64_t m, k, n;
  } products[]{{"NN", 32, 784, 128},  {"TN", 32, 784, 128},  {"NT", 32, 784, 128},   {"NT", 32, 4608, 64},
               {"NN", 32, 4608, 64},  {"NN", 32, 64, 4608},  {"TN", 64, 32, 4608},   {"TN", 784, 32, 128},
               {"NN", 128, 784, 128}, {"NT", 500, 4608, 64}, {"NN", 32, 128, 10},    {"NN", 1, 784, 128},
               {"NN", 256, 256, 256}, {"NT", 256, 256, 256}, {"NN", 512, 512, 512},  {"NN", 1024, 1024, 1024},
               {"NN", 32, 128, 512},  {"NN", 32, 512, 128},  {"TN", 512, 2048, 128}, {"TN", 128, 768, 512},
               {"NT", 2048, 128, 65}, {"NN", 2048, 65, 128}};
  for (auto& p : products) {
    std::string shape = std::to_string(p.m) + "x" + std::to_string(p.k) + "x" + std::to_string(p.n);
    addBenchmark("gemm/" + std::string(p.layout) + "/" + shape, gemm(p.layout, p.m, p.k, p.n));
  }
  addBenchmark("convolution/32x28x28/1to16", convolution(32, 28, 28, 1, 16, 3));
  addBenchmark("convolution/32x26x26/16to32", convolution(32, 26, 26, 16, 32, 3));
  addBenchmark("convolution/32x28x28/32to16", convolution(32, 28, 28, 32, 16, 3));
  addBenchmark("weight_gradient/32x28x28/1to16", weightGradient(32, 28, 28, 1, 16, 3));
  addBenchmark("weight_gradient/32x26x26/16to32", weightGradient(32, 26, 26, 16, 32, 3));
  return true;
}();

}  // namespace
