// ResNet-18 as torchvision has it, at 224 x 224: a training step and a prediction.
#include <algorithm>
#include <cstdio>

#include "examples/frame/compile.h"
#include "examples/frame/training.h"
#include "examples/models/resnet18.h"
#include "runtime/cli/run_main.h"
#include "runtime/data/batches.h"
#include "runtime/data/cifar10.h"

namespace st = stator;
namespace data = stator::data;

namespace {

constexpr int64_t small = 32, times = 7, side = small * times;

/// Each pixel `times` times across and down: f32 [rows, 3, 32, 32] to [rows, 3, 224, 224].
st::NdArray enlarged(const st::NdArray& images) {
  st::NdArray large = st::NdArray::empty(st::DType::f32, {images.extent(0), 3, side, side});
  const float* from = images.data<float>();
  float* to = large.data<float>();
  for (int64_t line = 0; line < images.extent(0) * 3 * side; ++line, to += side) {
    const float* source = from + line / side * small * small + line % side / times * small;
    for (int64_t x = 0; x < side; ++x) to[x] = source[x / times];
  }
  return large;
}

/// Tells the class that one image most probably shows.
template <class Compiled> void predict(Compiled& compiled, st::State& state, const st::NdArray& image) {
  const auto logits = compiled.template call<"predict">(state, image).template values<float>();
  const auto best = std::max_element(logits.begin(), logits.end());
  std::printf("prediction: class %ld of %zu, logit %.4f\n", static_cast<long>(best - logits.begin()), logits.size(),
              static_cast<double>(*best));
}

void run(const examples::Options& options) {
  examples::Report report(options);
  auto state = st::init(models::resnet18, st::seed(options.seed));
  auto train = examples::compile<"train_step">(options, report, models::resnet18, st::batch = *options.batch);
  if (!options.dump.empty()) return;
  auto one = examples::compile<"predict">(options, report, models::resnet18, st::batch = 1);

  const auto seed = static_cast<uint64_t>(options.seed);
  const data::ImageData images = data::load_cifar10(options.data, seed);
  report.set("data", images.train.source);
  data::Batches batches(images.train, {*options.batch, data::Order::shuffled, seed, data::cifar10_normalisation});
  st::NdArray pixels = st::NdArray::zeros(st::DType::f32, {*options.batch, 3, small, small});
  st::NdArray labels = st::NdArray::zeros(st::DType::i64, {*options.batch});
  const int64_t each = batches.batches_per_epoch();
  examples::Course course{.data = st::describe(images.train.images) + ", enlarged, from " + images.train.source,
                          .round = "step",
                          .steps = *options.steps};
  course.train = [&](int64_t step) {
    batches.set_position({step / each, step % each});
    const int64_t rows = batches.next(pixels.data<float>(), labels.data<int64_t>());
    const st::NdArray valid = enlarged(pixels.slice(0, 0, rows));
    return examples::StepLoss{train.step(state, valid, labels.slice(0, 0, rows), {.lr = options.lr}), rows};
  };
  course.judge = [] { return examples::Figures{}; };
  examples::train(options, course, state, report);
  batches.set_position({0, 0});
  batches.next(pixels.data<float>(), labels.data<int64_t>());
  predict(one, state, enlarged(pixels.slice(0, 0, 1)));
  report.write();
}

}  // namespace

int main(int argc, char** argv) {
  return st::cli::run_main(argc, argv, [](int count, char** arguments) {
    examples::Options options{.name = "resnet18",
                              .description = "Trains ResNet-18 on enlarged CIFAR-10 images for a few steps.",
                              .data_help = "folder with CIFAR-10's binary files, or with a folder cifar10 of them",
                              .steps = 1,
                              .batch = 4,
                              .lr = 0.01};
    options.parse(count, arguments);
    run(options);
    return 0;
  });
}
