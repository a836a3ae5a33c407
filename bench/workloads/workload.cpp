#include "bench/workloads/workload.h"

#include <iterator>

namespace bench {

std::vector<Workload> all_workloads() {
  std::vector<Workload> all;
  for (auto* some : {attention_workloads, image_workloads, resnet_workloads, sequence_workloads, plain_workloads}) {
    std::vector<Workload> more = some();
    all.insert(all.end(), std::move_iterator(more.begin()), std::move_iterator(more.end()));
  }
  return all;
}

}  // namespace bench
