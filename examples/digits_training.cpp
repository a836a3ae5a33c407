// What the digit examples share: options, the loop over epochs, and the report.
#include "examples/digits_training.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <vector>

#include "runtime/data/batches.h"
#include "runtime/data/mnist.h"
#include "runtime/train/progress.h"

namespace examples {

namespace st = stator;
namespace data = stator::data;

namespace {

constexpr data::Normalisation normalisation{0.1302f, 0.3069f};

/// A batch in memory, of the rows that are valid.
struct Batch {
  st::NdArray images, labels;

  explicit Batch(int64_t rows)
      : images(st::NdArray::zeros(st::DType::f32, {rows, 1, 28, 28})),
        labels(st::NdArray::zeros(st::DType::i64, {rows})) {}
  int64_t fill(data::Batches& batches) { return batches.next(images.data<float>(), labels.data<int64_t>()); }
  Batch first(int64_t rows) const {
    Batch part = *this;
    if (rows < labels.extent(0)) part.images = images.slice(0, 0, rows), part.labels = labels.slice(0, 0, rows);
    return part;
  }
};

struct Epoch {
  int64_t number = 0;
  double train_loss = 0, test_loss = 0, test_accuracy = 0, seconds = 0;

  st::cli::Json json() const {
    return st::cli::Json::object()
        .set("epoch", number)
        .set("train_loss", train_loss)
        .set("test_loss", test_loss)
        .set("test_accuracy", test_accuracy)
        .set("seconds", seconds);
  }
};

double now_us() {
  return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

class Training {
 public:
  Training(const std::string& example, const DigitsOptions& options, DigitsModel& model)
      : example_(example),
        options_(options),
        model_(model),
        digits_(data::load_digits({options.data, options.download, static_cast<uint64_t>(options.seed)})) {}

  int run() {
    st::cli::log("compiled train_step: " + model_.compile_report);
    st::cli::log(st::describe(digits_.train.images) + " training images from " + digits_.train.source);
    data::Batches batches(digits_.train,
                          {options_.batch, data::Order::shuffled, static_cast<uint64_t>(options_.seed), normalisation});
    const int64_t done = static_cast<int64_t>(model_.state.get("step").item());
    batches.set_position({done / batches.batches_per_epoch(), done % batches.batches_per_epoch()});
    for (int64_t epoch = batches.position().epoch; epoch < options_.epochs; ++epoch) run_epoch(batches, epoch);
    if (!options_.save.empty()) model_.state.save(options_.save);
    if (!options_.json.empty()) report().write(options_.json);
    return 0;
  }

 private:
  void run_epoch(data::Batches& batches, int64_t number) {
    const double start = now_us();
    Epoch epoch{number + 1};
    epoch.train_loss = train(batches, number);
    if (!options_.save.empty()) model_.state.save(options_.save);
    test(epoch);
    epoch.seconds = (now_us() - start) * 1e-6;
    std::printf("epoch %ld/%ld  train loss %.4f  test loss %.4f  test accuracy %.2f %%  %.1f s\n", long(epoch.number),
                long(options_.epochs), epoch.train_loss, epoch.test_loss, 100 * epoch.test_accuracy, epoch.seconds);
    std::fflush(stdout);
    epochs_.push_back(epoch);
    batches.start_next_epoch();
  }

  /// The mean loss over the rows of the epoch that were trained on.
  double train(data::Batches& batches, int64_t number) {
    Batch batch(options_.batch);
    st::Progress progress(options_.epochs, batches.batches_per_epoch());
    double sum = 0, rows_done = 0;
    while (const int64_t rows = batch.fill(batches)) {
      const Batch valid = batch.first(rows);
      const double start = now_us();
      const double loss = model_.train(valid.images, valid.labels);
      step_us_.push_back(now_us() - start);
      if (first_step_ms_ == 0) first_step_ms_ = 1e3 * st::cli::seconds_since_process_start();
      sum += loss * rows, rows_done += rows;
      progress.batch(number + 1, batches.position().batch, loss);
    }
    progress.clear();
    return rows_done > 0 ? sum / rows_done : 0;
  }

  void test(Epoch& epoch) {
    data::Batches batches(digits_.test, {test_rows, data::Order::sequential, 0, normalisation});
    Batch batch(test_rows);
    double loss = 0, hits = 0;
    while (const int64_t rows = batch.fill(batches)) {
      const Batch valid = batch.first(rows);
      const auto [batch_loss, batch_hits] = model_.test(valid.images, valid.labels);
      loss += batch_loss, hits += batch_hits;
    }
    epoch.test_loss = loss / digits_.test.size();
    epoch.test_accuracy = hits / digits_.test.size();
  }

  st::cli::Json report() {
    st::cli::Json epochs = st::cli::Json::array();
    for (const Epoch& epoch : epochs_) epochs.push(epoch.json());
    std::sort(step_us_.begin(), step_us_.end());
    return st::cli::Json::object()
        .set("example", example_)
        .set("data", digits_.train.source)
        .set("epochs", epochs)
        .set("compile_ms", model_.compile_ms)
        .set("first_step_ms", first_step_ms_)
        .set("step_us_median", step_us_.empty() ? 0.0 : step_us_[step_us_.size() / 2])
        .set("peak_rss_mb", st::cli::peak_rss_mb());
  }

  const std::string& example_;
  const DigitsOptions& options_;
  DigitsModel& model_;
  data::Digits digits_;
  std::vector<Epoch> epochs_;
  std::vector<double> step_us_;
  double first_step_ms_ = 0;
};

}  // namespace

void DigitsOptions::parse(const std::string& program, const std::string& description, int argc, char** argv) {
  st::cli::Parser parser(program, description);
  parser.option("--data", data, "folder with the four IDX files, or with a folder mnist that has them")
      .option("--epochs", epochs, "how often to go through the training images", st::cli::at_least(0))
      .option("--batch", batch, "rows in a training step", st::cli::between(1, 100000))
      .option("--seed", seed, "of initial values, order and dropout")
      .option("--threads", threads, "threads that compute; 0: one for each core", st::cli::between(0, 1024))
      .option("--lr", lr, "learning rate", st::cli::at_least(0))
      .option("--save", save, "file for the state, written after each epoch")
      .option("--load", load, "state to go on from")
      .option("--json", json, "file for the figures of the run")
      .option("--target", target, "instruction set: native, x86-64, x86-64-v3 or x86-64-v4")
      .option("--dump", dump, "print the IR after this phase, and stop")
      .flag("--download", download, "fetch MNIST where no data is found");
  parser.parse(argc, argv);
  for (const std::string& path : {save, json})
    if (!path.empty()) st::cli::check_writable(path);
}

st::CompileOptions DigitsOptions::compile_options() const {
  return {.target = target, .threads = static_cast<int>(threads), .dump = dump};
}

int train_digits(const std::string& example, const DigitsOptions& options, DigitsModel model) {
  if (!options.load.empty()) model.state.load(options.load);
  return Training(example, options, model).run();
}

double now_ms() { return now_us() * 1e-3; }

}  // namespace examples
