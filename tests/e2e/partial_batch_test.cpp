// The short last batch: fewer rows than a program was compiled for, with infinities behind them.
#include <limits>

#include "examples/models/mlp.h"
#include "tests/catch.h"
#include "tests/e2e/digits.h"
#include "tests/ops/compare.h"
#include "tests/ops/run.h"

namespace stator::tests {

namespace {

/// The first `rows` of a batch, as a view of storage that goes on with infinities and with labels of no class.
Batch before_infinities(const Batch& batch, int64_t rows) {
  Batch larger = empty_batch(48);
  for (float& pixel : larger.images.values<float>()) pixel = std::numeric_limits<float>::infinity();
  for (int64_t& label : larger.labels.values<int64_t>()) label = std::numeric_limits<int64_t>::max();
  Batch first = larger.rows(0, rows);
  first.images.assign(batch.images);
  first.labels.assign(batch.labels);
  return first;
}

/// 100 rows as an epoch of 48, 48 and 4.
std::vector<Batch> epoch_of_100() {
  std::vector<Batch> batches = digit_batches(3, 48);
  batches[2] = before_infinities(batches[2].rows(0, 4), 4);
  return batches;
}

/// Trains on an epoch at a bound of 48, and with a program for each exact size: losses and states must agree.
template <class P> void check_epoch(const P& program) {
  State padded = init(program, seed(3)), exact = init(program, seed(3));
  auto at_48 = compile<"train_step">(program, batch = 48, test_options());
  auto at_4 = compile<"train_step">(program, batch = 4, test_options());
  for (const Batch& given : epoch_of_100()) {
    const double loss = at_48.step(padded, given.images, given.labels);
    const double expected = given.labels.extent(0) == 48 ? at_48.step(exact, given.images, given.labels)
                                                         : at_4.step(exact, given.images, given.labels);
    CHECK(loss == Approx(expected).epsilon(1e-5));
  }
  for (const std::string& name : exact.names()) {
    INFO(name);
    CHECK(error_of(padded.get(name), exact.get(name)) <= 1e-5);
  }
}

}  // namespace

TEST_CASE("a ConvNet trained on 100 rows at batch 48 is the one trained on 48, 48 and 4") {
  check_epoch(models::convnet);
}

TEST_CASE("a perceptron trained on 100 rows at batch 48 is the one trained on 48, 48 and 4") {
  check_epoch(models::mlp);
}

TEST_CASE("results of a partial batch have its rows, and are those of the exact size") {
  State state = init(models::convnet, seed(3));
  auto at_48 = compile<"predict", "test">(models::convnet, batch = 48, test_options());
  auto at_4 = compile<"predict", "test">(models::convnet, batch = 4, test_options());
  const Batch given = epoch_of_100()[2];
  const NdArray scores = at_48.call<"predict">(state, given.images).clone();
  CHECK(scores.extents() == NdArray::Extents{4, 10});
  CHECK(error_of(scores, at_4.call<"predict">(state, given.images)) <= 1e-5);
  const auto found = at_48.call_all<"test">(state, given.images, given.labels);
  const auto expected = at_4.call_all<"test">(state, given.images, given.labels);
  CHECK(found[0].item() == Approx(expected[0].item()).epsilon(1e-5));
  CHECK(found[1].item() == expected[1].item());
}

TEST_CASE("a full batch after a partial one is as if there had been none") {
  const std::vector<Batch> batches = epoch_of_100();
  State state = init(models::convnet, seed(3));
  auto compiled = compile<"predict">(models::convnet, batch = 48, test_options());
  const NdArray before = compiled.call<"predict">(state, batches[0].images).clone();
  compiled.call<"predict">(state, batches[2].images);
  CHECK(same_bits(before, compiled.call<"predict">(state, batches[0].images)));
}

}  // namespace stator::tests
