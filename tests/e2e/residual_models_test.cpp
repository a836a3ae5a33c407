// Residual networks train and predict.
#include <cmath>

#include "examples/models/cifar_resnet.h"
#include "examples/models/resnet18.h"
#include "runtime/philox.h"
#include "tests/catch.h"
#include "tests/ops/run.h"

namespace stator::tests {

namespace {

/// `rows` drawn images and labels.
std::pair<NdArray, NdArray> drawn(int64_t rows, int64_t side, int64_t classes) {
  NdArray images = NdArray::zeros(DType::f32, {rows, 3, side, side}), labels = NdArray::zeros(DType::i64, {rows});
  const RandomStream draws{7, 0, 0};
  for (size_t i = 0; i < images.values<float>().size(); ++i) images.values<float>()[i] = normal(draws, i);
  for (int64_t i = 0; i < rows; ++i) labels.data<int64_t>()[i] = draws.word(static_cast<uint64_t>(i)) % classes;
  return {images, labels};
}

}  // namespace

TEST_CASE("the CIFAR ResNet learns a batch by heart, in evaluation too") {
  const auto [images, labels] = drawn(32, 32, 10);
  State state = init(models::cifar_resnet, seed(0));
  auto compiled = compile(models::cifar_resnet, batch = 32, test_options());
  for (int i = 0; i < 60; ++i) compiled.step(state, images, labels, {.lr = 0.05f});
  CHECK(state.get("bn1.num_batches_tracked").item() == 60);
  CHECK(compiled.call_all<"test">(state, images, labels)[1].item() >= 30);
}

TEST_CASE("ResNet-18 takes a training step and predicts") {
  const auto [images, labels] = drawn(2, 224, 1000);
  State state = init(models::resnet18, seed(0));
  auto compiled = compile(models::resnet18, batch = 2, test_options());
  const double first = compiled.step(state, images, labels), second = compiled.step(state, images, labels);
  CHECK(first > 5);
  CHECK(first < 9);
  CHECK(second < first);
  const NdArray& scores = compiled.call<"predict">(state, images);
  CHECK(scores.extents() == NdArray::Extents{2, 1000});
  for (float score : scores.values<float>()) REQUIRE(std::isfinite(score));
}

}  // namespace stator::tests
