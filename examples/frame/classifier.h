// An example that classifies images: data, training, and the accuracy on the test images.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "examples/frame/compile.h"
#include "examples/frame/rate.h"
#include "examples/frame/training.h"
#include "runtime/cli/run_main.h"
#include "runtime/data/image_set.h"

namespace examples {

/// The images that are to be told apart.
struct ImageTask {
  std::function<stator::data::ImageData(const Options&)> load = {};
  std::vector<stator::data::Normalisation> normalisation = {{}};
  stator::NdArray::Extents image = {};  // of one image: [channels, height, width]
};

/// MNIST, or drawn digits.
ImageTask digits_task();
inline constexpr const char* digits_help = "folder with the four IDX files, or with a folder mnist that has them";

/// A model at work: one step on a batch gives its mean loss; a test gives the summed loss and the number of hits.
struct Classifier {
  std::function<double(const stator::NdArray& images, const stator::NdArray& labels, double lr)> train = {};
  std::function<std::pair<double, double>(const stator::NdArray& images, const stator::NdArray& labels)> test = {};
};

/// Trains for `options.epochs`, tests after each, and writes what was asked for.
/// Errors: UserError for bad data or files, before any work is lost.
void classify(const Options& options, const ImageTask& task, const Rate& rate, const Classifier& model,
              stator::State& state, Report& report);

/// The whole example; gives main's result. `program` has the functions `train_step` and `test`, of images and labels;
/// the latter gives the summed loss and the number of hits.
template <class P> int run_classifier(int argc, char** argv, Options options, const ImageTask& task, const P& program,
                                      const Rate& rate = constant_rate) {
  return stator::cli::run_main(argc, argv, [&](int count, char** arguments) {
    options.parse(count, arguments);
    Report report(options);
    auto state = stator::init(program, stator::seed(options.seed));
    auto compiled = compile<"train_step", "test">(options, report, program, stator::batch = *options.batch);
    if (!options.dump.empty()) return 0;

    const auto train = [&](const auto& images, const auto& labels, double lr) {
      return compiled.step(state, images, labels, {.lr = lr});
    };
    const auto test = [&](const auto& images, const auto& labels) {
      const auto results = compiled.template call_all<"test">(state, images, labels);
      return std::pair(results[0].item(), results[1].item());
    };
    classify(options, task, rate, {train, test}, state, report);
    return 0;
  });
}

}  // namespace examples
