// A convolutional encoder and a transposed-convolution decoder take the noise out of digits.
#include <algorithm>
#include <cmath>
#include <vector>

#include "examples/frame/compile.h"
#include "examples/frame/training.h"
#include "examples/models/denoiser.h"
#include "runtime/cli/run_main.h"
#include "runtime/data/batches.h"
#include "runtime/data/mnist.h"
#include "runtime/data/noise.h"
#include "runtime/data/png.h"
#include "runtime/hash.h"

namespace st = stator;
namespace data = stator::data;

namespace {

constexpr float sigma = 0.5f;

/// Clean digits of 0 to 1 and the same with noise, f32 [rows, 1, 28, 28] each.
class NoisyBatches {
 public:
  NoisyBatches(const data::ImageSet& set, int64_t rows, data::Order order, int64_t seed)
      : batches_(set, {rows, order, static_cast<uint64_t>(seed)}),
        clean_(st::NdArray::zeros(st::DType::f32, {rows, 1, 28, 28})),
        noisy_(clean_.clone()),
        labels_(st::NdArray::zeros(st::DType::i64, {rows})) {}

  /// Takes up the batch of step `step`, whose noise is its own; gives its rows, 0 past the last epoch's end.
  int64_t take(int64_t step, uint64_t seed, uint32_t site) {
    const int64_t each = batches_.batches_per_epoch();
    batches_.set_position({step / each, step % each});
    rows_ = batches_.next(clean_.data<float>(), labels_.data<int64_t>());
    noisy_.assign(clean_);
    data::add_noise(noisy_.values<float>(), sigma, {seed, static_cast<uint32_t>(step), site});
    return rows_;
  }
  int64_t batches_per_epoch() const { return batches_.batches_per_epoch(); }
  st::NdArray clean() const { return clean_.slice(0, 0, rows_); }
  st::NdArray noisy() const { return noisy_.slice(0, 0, rows_); }

 private:
  data::Batches batches_;
  st::NdArray clean_, noisy_, labels_;
  int64_t rows_ = 0;
};

double squared_error(const st::NdArray& a, const st::NdArray& b) {
  const auto first = a.values<float>(), second = b.values<float>();
  double sum = 0;
  for (size_t i = 0; i < first.size(); ++i) sum += std::pow(static_cast<double>(first[i] - second[i]), 2);
  return sum;
}

/// Rows of noisy, denoised and true digits, one digit to a column.
void draw_picture(const std::string& path, const std::vector<st::NdArray>& rows) {
  const int64_t columns = std::min<int64_t>(12, rows.front().extent(0));
  st::NdArray picture = st::NdArray::zeros(st::DType::f32, {28 * static_cast<int64_t>(rows.size()), 28 * columns});
  for (size_t row = 0; row < rows.size(); ++row)
    for (int64_t column = 0; column < columns; ++column) {
      const auto top = 28 * static_cast<int64_t>(row);
      st::NdArray place = picture.slice(0, top, top + 28).slice(1, 28 * column, 28 * column + 28);
      place.assign(rows[row].select(0, column).select(0, 0));
    }
  data::write_png(path, data::to_pixels(picture));
}

/// The mean squared errors of the noisy and of the denoised test digits; draws the first batch where that is asked for.
template <class Compiled> examples::Figures judge(const examples::Options& options, const data::ImageSet& set,
                                                  Compiled& compiled, st::State& state) {
  NoisyBatches batches(set, *options.batch, data::Order::sequential, options.seed);
  double before = 0, after = 0;
  for (int64_t step = 0; step < batches.batches_per_epoch(); ++step) {
    batches.take(step, static_cast<uint64_t>(options.seed), st::fnv1a_32("test noise"));
    const st::NdArray& denoised = compiled.template call<"denoise">(state, batches.noisy());
    before += squared_error(batches.noisy(), batches.clean());
    after += squared_error(denoised, batches.clean());
    if (step == 0 && !options.picture->empty())
      draw_picture(*options.picture, {batches.noisy(), denoised, batches.clean()});
  }
  const auto pixels = static_cast<double>(set.images.element_count());
  return {{"noisy_mse", before / pixels}, {"denoised_mse", after / pixels}};
}

void run(const examples::Options& options) {
  examples::Report report(options);
  auto state = st::init(models::denoiser, st::seed(options.seed));
  auto compiled =
      examples::compile<"train_step", "denoise">(options, report, models::denoiser, st::batch = *options.batch);
  if (!options.dump.empty()) return;

  const auto seed = static_cast<uint64_t>(options.seed);
  const data::ImageData digits = data::load_digits({options.data, options.download, seed});
  report.set("data", digits.train.source);
  NoisyBatches batches(digits.train, *options.batch, data::Order::shuffled, options.seed);
  const int64_t each = batches.batches_per_epoch();
  examples::Course course{.data = st::describe(digits.train.images) + " from " + digits.train.source,
                          .steps = *options.epochs * each,
                          .steps_per_round = each};
  course.train = [&](int64_t step) {
    const int64_t rows = batches.take(step, seed, st::fnv1a_32("training noise"));
    return examples::StepLoss{compiled.step(state, batches.noisy(), batches.clean(), {.lr = options.lr}), rows};
  };
  course.judge = [&] { return judge(options, digits.test, compiled, state); };
  examples::train(options, course, state, report);
  report.write();
}

}  // namespace

int main(int argc, char** argv) {
  return st::cli::run_main(argc, argv, [](int count, char** arguments) {
    examples::Options options{.name = "denoise",
                              .description = "Trains a net that takes the noise out of digits.",
                              .data_help = "folder with the four IDX files, or with a folder mnist that has them",
                              .epochs = 2,
                              .batch = 128,
                              .lr = 1e-3,
                              .picture = "",
                              .can_download = true};
    options.parse(count, arguments);
    run(options);
    return 0;
  });
}
