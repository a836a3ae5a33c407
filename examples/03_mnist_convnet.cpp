// A convolutional network learns to read handwritten digits: 98.5 % of the test images after one epoch.
#include "examples/digits_training.h"
#include "examples/models/convnet.h"

namespace st = stator;

int main(int argc, char** argv) {
  return st::cli::run_main(argc, argv, [](int count, char** arguments) {
    examples::DigitsOptions options;
    options.lr = 0.5;
    options.parse("mnist_convnet", "Trains a convolutional network on MNIST.", count, arguments);

    auto state = st::init(models::convnet, st::seed(options.seed));
    const double start = examples::now_ms();
    auto train = st::compile<"train_step">(models::convnet, st::batch = options.batch, options.compile_options());
    if (!options.dump.empty()) return 0;
    auto test = st::compile<"test">(models::convnet, st::batch = examples::test_rows, options.compile_options());

    return examples::train_digits(
        "mnist_convnet", options,
        {.state = state,
         .train = [&](const auto& images,
                      const auto& labels) { return train.step(state, images, labels, {.lr = options.lr}); },
         .test =
             [&](const auto& images, const auto& labels) {
               auto results = test.call_all<"test">(state, images, labels);
               return std::pair(results[0].item(), results[1].item());
             },
         .compile_ms = examples::now_ms() - start,
         .compile_report = st::time_report(train.session().executable())});
  });
}
