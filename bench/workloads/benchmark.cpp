// Every workload alone: `train_step/MODEL/batch:B/threads:T`, `predict/...`, and so on; on one thread with factors of
// bf16 too: `train_step/MODEL/batch:B/threads:1/bf16`.
#include <benchmark/benchmark.h>

#include "bench/workloads/workload.h"

namespace {

void add(const bench::Workload& workload, const bench::Setup& setup) {
  std::string name = workload.name + "/threads:" + std::to_string(setup.threads);
  if (setup.precision != "f32") name += "/" + setup.precision;
  benchmark::RegisterBenchmark(name.c_str(),
                               [workload, setup](benchmark::State& run) {
                                 const bench::Call call = workload.prepare(setup);
                                 for (auto _ : run) call();
                               })
      ->Unit(benchmark::kMicrosecond)
      ->UseRealTime();
}

const bool registered = [] {
  for (const bench::Workload& workload : bench::all_workloads())
    for (const bench::Setup& setup : {bench::Setup{1}, bench::Setup{1, "bf16"}, bench::Setup{2}}) add(workload, setup);
  return true;
}();

}  // namespace
