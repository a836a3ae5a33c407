// Batches of images through a classifier.
#include "examples/frame/classifier.h"

#include "runtime/data/batches.h"
#include "runtime/data/mnist.h"

namespace examples {

namespace st = stator;
namespace data = stator::data;

namespace {

/// A batch in memory, and its first rows alone.
struct Batch {
  st::NdArray images, labels;

  Batch(int64_t rows, const st::NdArray::Extents& image) : labels(st::NdArray::zeros(st::DType::i64, {rows})) {
    st::NdArray::Extents extents{rows};
    extents.insert(extents.end(), image.begin(), image.end());
    images = st::NdArray::zeros(st::DType::f32, extents);
  }
  int64_t fill(data::Batches& batches) { return batches.next(images.data<float>(), labels.data<int64_t>()); }
  Batch first(int64_t rows) const {
    Batch part = *this;
    if (rows < labels.extent(0)) part.images = images.slice(0, 0, rows), part.labels = labels.slice(0, 0, rows);
    return part;
  }
};

Figures test(const data::ImageSet& set, const Options& options, const ImageTask& task, const Classifier& model) {
  data::Batches batches(set, {*options.batch, data::Order::sequential, 0, task.normalisation});
  Batch batch(*options.batch, task.image);
  double loss = 0, hits = 0;
  while (const int64_t rows = batch.fill(batches)) {
    const Batch valid = batch.first(rows);
    const auto [batch_loss, batch_hits] = model.test(valid.images, valid.labels);
    loss += batch_loss, hits += batch_hits;
  }
  const auto count = static_cast<double>(set.size());
  return {{"test_loss", loss / count}, {"test_accuracy", hits / count}};
}

}  // namespace

ImageTask digits_task() {
  const auto load = [](const Options& options) {
    return data::load_digits({options.data, options.download, static_cast<uint64_t>(options.seed)});
  };
  return {load, {data::mnist_normalisation}, {1, 28, 28}};
}

void classify(const Options& options, const ImageTask& task, const Rate& rate, const Classifier& model,
              st::State& state, Report& report) {
  const data::ImageData images = task.load(options);
  report.set("data", images.train.source);
  const auto seed = static_cast<uint64_t>(options.seed);
  data::Batches batches(images.train, {*options.batch, data::Order::shuffled, seed, task.normalisation});
  Batch batch(*options.batch, task.image);
  const int64_t each = batches.batches_per_epoch(), steps = *options.epochs * each;

  Course course{.data = st::describe(images.train.images) + " from " + images.train.source,
                .steps = steps,
                .steps_per_round = each};
  course.train = [&](int64_t step) {
    batches.set_position({step / each, step % each});
    const int64_t rows = batch.fill(batches);
    const Batch valid = batch.first(rows);
    return StepLoss{model.train(valid.images, valid.labels, rate(options, step, steps)), rows};
  };
  course.judge = [&] { return test(images.test, options, task, model); };
  train(options, course, state, report);
  report.write();
}

}  // namespace examples
