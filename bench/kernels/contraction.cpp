// Contractions of the shapes of bench/shapes.txt, in GFLOP/s and as a fraction of this core's measured FMA peak. With
// $STATOR_BF16_PRODUCTS (`widen`, `dot`, `tile`, `chosen`) of factors of bf16.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "bench/shapes.h"
#include "compiler/cpu/bfloat16_products.h"
#include "compiler/kernels/measure_peak.h"
#include "compiler/kernels/single_contraction.h"

namespace {

using namespace stator::kernels;
namespace cpu = stator::cpu;

const char* bfloat16Products() { return std::getenv("STATOR_BF16_PRODUCTS"); }

const cpu::Target& target() {
  static const cpu::Target chosen = [] {
    const char* name = std::getenv("STATOR_TARGET");
    const cpu::Target plain = cpu::resolveTarget(name ? name : "native");
    return bfloat16Products() ? cpu::withProducts(plain, bfloat16Products(), !name) : plain;
  }();
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
  if (s.kernel == ContractionSchedule::Kernel::amx) label += " amx";
  if (s.packB) label += " packed";
  if (s.pairs) label += " pairs";
  if (s.hoisted) label += " hoisted";
  state.SetLabel(label + " unroll " + std::to_string(s.unroll) + " chunks " + std::to_string(s.chunks));
}

void run(benchmark::State& state, std::string name, ContractionForm form) {
  form.bfloat16 = bfloat16Products() != nullptr;
  ContractionSchedule schedule = scheduleContraction(form, target());
  const char* folder = std::getenv("STATOR_ASSEMBLY");
  auto kernel = compileContraction(form, schedule, target(), nullptr, folder != nullptr);
  if (folder) {
    std::replace(name.begin(), name.end(), '/', '_');
    std::ofstream(std::string(folder) + "/" + name + ".s") << kernel.assembly;
  }
  state.counters["compile_ms"] = kernel.compileMilliseconds;
  auto* entry = kernel.entry<void(void*, void*, float*, float*, float*, int64_t)>();
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

void addBenchmark(const std::string& name, const ContractionForm& form) {
  benchmark::RegisterBenchmark(name.c_str(), [name, form](benchmark::State& state) { run(state, name, form); });
}

const bool registered = [] {
  const bench::Shapes shapes = bench::read_shapes(STATOR_SHAPES);
  for (const bench::Product& each : shapes.products) addBenchmark("gemm/" + each.name(), bench::form_of(each));
  for (const bench::Convolution& each : shapes.convolutions) {
    addBenchmark("convolution/" + each.name() + "/forward", bench::forward_form_of(each));
    addBenchmark("convolution/" + each.name() + "/weights", bench::weight_gradient_form_of(each));
    if (auto form = bench::data_gradient_form_of(each)) addBenchmark("convolution/" + each.name() + "/data", *form);
  }
  return true;
}();

}  // namespace
