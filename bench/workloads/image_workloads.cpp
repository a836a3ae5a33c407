// Classifiers of small images.
#include "bench/workloads/inputs.h"
#include "bench/workloads/padded_vgg.h"
#include "bench/workloads/program_workload.h"
#include "examples/models/cifar_resnet.h"
#include "examples/models/convnet.h"
#include "examples/models/mlp.h"
#include "examples/models/tinyvgg.h"

namespace bench {

std::vector<Workload> image_workloads() {
  constexpr Images digits{1, 28}, labelled_digits{1, 28, 10}, photos{3, 64, 3};
  return {train_step_workload("mlp", models::mlp, 32, labelled_digits),
          train_step_workload("mnist_convnet", models::convnet, 32, labelled_digits),
          train_step_workload("tinyvgg", models::tinyvgg, 32, photos),
          train_step_workload("padded_vgg", padded_vgg, 32, photos),
          train_step_workload("cifar_resnet", models::cifar_resnet, 128, Images{3, 32, 10}),
          predict_workload("mlp", models::mlp, 1, digits),
          predict_workload("mlp", models::mlp, 32, digits),
          predict_workload("mnist_convnet", models::convnet, 1, digits),
          predict_workload("mnist_convnet", models::convnet, 500, digits)};
}

}  // namespace bench
