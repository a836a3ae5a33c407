// A short training reaches its accuracy: on real digits where they are found, and on drawn ones.
#include "runtime/data/mnist.h"
#include "tests/catch.h"
#include "tests/e2e/digits.h"
#include "tests/ops/run.h"

namespace stator::tests {

namespace {

constexpr int64_t train_rows = 32, test_rows = 500, steps = 300, tests = 4;

/// The share of hits on the first 2,000 test images after 300 steps.
double accuracy_after_training(const data::ImageData& digits) {
  State state = init(models::convnet, seed(0));
  auto train = compile<"train_step">(models::convnet, batch = train_rows, test_options());
  auto test = compile<"test">(models::convnet, batch = test_rows, test_options());
  data::Batches shuffled(digits.train, {train_rows, data::Order::shuffled, 0, {data::mnist_normalisation}});
  Batch given = empty_batch(train_rows), judged = empty_batch(test_rows);
  for (int64_t i = 0; i < steps; ++i) {
    shuffled.next(given.images.data<float>(), given.labels.data<int64_t>());
    train.step(state, given.images, given.labels, {.lr = 0.5});
  }
  data::Batches in_order(digits.test, {test_rows, data::Order::sequential, 0, {data::mnist_normalisation}});
  double hits = 0;
  for (int64_t i = 0; i < tests; ++i) {
    in_order.next(judged.images.data<float>(), judged.labels.data<int64_t>());
    hits += test.call_all<"test">(state, judged.images, judged.labels)[1].item();
  }
  return hits / (tests * test_rows);
}

}  // namespace

TEST_CASE("300 steps on MNIST give at least 94 %") {
  const std::optional<std::string> folder = data::find_mnist("");
  if (!folder) {
    WARN("skipped: MNIST is not in $STATOR_DATA");
    return;
  }
  const double accuracy = accuracy_after_training(data::load_mnist(*folder));
  INFO("accuracy " << accuracy);
  CHECK(accuracy >= 0.94);
}

TEST_CASE("300 steps on drawn digits give at least 98 %") {
  const double accuracy = accuracy_after_training(data::draw_digits(0));
  INFO("accuracy " << accuracy);
  CHECK(accuracy >= 0.98);
}

}  // namespace stator::tests
