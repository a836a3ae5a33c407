// A network of two fully connected layers learns to read handwritten digits.
#include "examples/digits_training.h"
#include "examples/models/mlp.h"

namespace st = stator;

int main(int argc, char** argv) {
  return st::cli::run_main(argc, argv, [](int count, char** arguments) {
    examples::DigitsOptions options;
    options.lr = 0.01;
    options.parse("mlp_mnist", "Trains a two-layer network on MNIST.", count, arguments);

    auto state = st::init(models::mlp, st::seed(options.seed));
    const double start = examples::now_ms();
    auto train = st::compile<"train_step">(models::mlp, st::batch = options.batch, options.compile_options());
    if (!options.dump.empty()) return 0;
    auto test = st::compile<"test">(models::mlp, st::batch = examples::test_rows, options.compile_options());

    return examples::train_digits(
        "mlp_mnist", options,
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
