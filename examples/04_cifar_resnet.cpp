// A residual network tells ten kinds of things apart in small colour images, its learning rate rising and falling once.
#include "examples/frame/classifier.h"
#include "examples/models/cifar_resnet.h"
#include "runtime/data/cifar10.h"
#include "runtime/train/schedules.h"

namespace st = stator;
namespace data = stator::data;

namespace {

data::ImageData load(const examples::Options& options) {
  return data::load_cifar10(options.data, static_cast<uint64_t>(options.seed));
}

double one_cycle(const examples::Options& options, int64_t step, int64_t steps) {
  return st::OneCycleLR{.max_lr = *options.lr, .total_steps = steps}.lr(step);
}

}  // namespace

int main(int argc, char** argv) {
  return examples::run_classifier(argc, argv,
                                  {.name = "cifar_resnet",
                                   .description = "Trains a residual network on CIFAR-10.",
                                   .data_help = "folder with CIFAR-10's binary files, or with a folder cifar10 of them",
                                   .epochs = 15,
                                   .batch = 128,
                                   .lr = 0.1},
                                  {load, data::cifar10_normalisation, {3, 32, 32}}, models::cifar_resnet, one_cycle);
}
