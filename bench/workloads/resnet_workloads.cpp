// ResNet-18 at 224 x 224.
#include "bench/workloads/inputs.h"
#include "bench/workloads/program_workload.h"
#include "examples/models/resnet18.h"

namespace bench {

std::vector<Workload> resnet_workloads() {
  constexpr Images images{3, 224}, labelled{3, 224, 1000};
  return {train_step_workload("resnet18", models::resnet18, 8, labelled),
          predict_workload("resnet18", models::resnet18, 1, images),
          predict_workload("resnet18", models::resnet18, 16, images)};
}

}  // namespace bench
