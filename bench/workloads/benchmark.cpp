// Every workload alone: `train_step/MODEL/batch:B/threads:T`, `predict/...`, and so on.
#include <benchmark/benchmark.h>

#include "bench/workloads/workload.h"

namespace {

void add(const bench::Workload& workload, int threads) {
  const std::string name = workload.name + "/threads:" + std::to_string(threads);
  benchmark::RegisterBenchmark(name.c_str(),
                               [workload, threads](benchmark::State& run) {
                                 const bench::Call call = workload.prepare(threads);
                                 for (auto _ : run) call();
                               })
      ->Unit(benchmark::kMicrosecond)
      ->UseRealTime();
}

const bool registered = [] {
  for (const bench::Workload& workload : bench::all_workloads())
    for (int threads : {1, 2}) add(workload, threads);
  return true;
}();

}  // namespace
