// Models of images: TinyVGG with PyTorch's weights, and residual networks, which train and predict.
#include <cmath>
#include <nlohmann/json.hpp>

#include "examples/models/cifar_resnet.h"
#include "examples/models/resnet18.h"
#include "examples/models/tinyvgg.h"
#include "runtime/atomic_file.h"
#include "runtime/npy.h"
#include "runtime/philox.h"
#include "tests/catch.h"
#include "tests/ops/compare.h"
#include "tests/ops/run.h"

namespace stator::tests {

namespace {

using models::Dish, models::Photo;
using Vgg = models::TinyVGG<3>;

const std::string folder = STATOR_TEST_DATA "/tinyvgg/";

/// The loss, and the gradient of each parameter in the order of the state.
constexpr auto gradients_of = [](const auto& net, auto photo, auto dish) {
  auto loss = cross_entropy(net(photo), dish);
  stator::detail::for_each_leaf(net, Name(), [&](const auto& leaf, const Name&) {
    if constexpr (stator::detail::is_parameter<std::remove_cvref_t<decltype(leaf)>>)
      stator::detail::trace_of(loss).result(gradient(Value(loss), Value(leaf)).id);
  });
  return loss;
};
constexpr auto evaluation =
    program<Vgg>(function<"predict", Photo>([](const auto& net, auto photo) { return net(photo); }),
                 function<"gradients", Photo, Dish>(gradients_of));

template <class P> State torch_state(const P& program) {
  State state = init(program, seed(1));
  state.load_parameters(folder + "model.safetensors");
  return state;
}

/// 20 steps of an optimizer, with layers in evaluation mode, go down PyTorch's curve.
template <class O> void check_curve(const std::string& name, O optimizer) {
  const auto steps = program<Vgg>(function<"step", Photo, Dish>([optimizer](const auto& net, auto photo, auto dish) {
    auto loss = cross_entropy(net(photo), dish);
    update(net, loss, optimizer);
    return loss;
  }));
  const auto manifest = nlohmann::json::parse(read_file(STATOR_TEST_DATA "/manifest.json"));
  const auto curve = manifest.at("models").at("tinyvgg").at("curves_eval_mode").at(name).get<std::vector<double>>();
  const NdArray photo = read_npy(folder + "input.npy"), dish = read_npy(folder + "target.npy");
  State state = torch_state(steps);
  auto compiled = compile(steps, batch = photo.extent(0), test_options());
  REQUIRE(curve.size() == 20);
  for (double expected : curve) {
    const double loss = compiled.template call<"step">(state, photo, dish).item();
    INFO(name << ": loss " << loss << ", PyTorch's " << expected);
    CHECK(std::abs(loss - expected) <= 1e-3 * std::abs(expected) + 1e-6);
  }
}

/// `rows` drawn images and labels.
std::pair<NdArray, NdArray> drawn(int64_t rows, int64_t side, int64_t classes) {
  NdArray images = NdArray::zeros(DType::f32, {rows, 3, side, side}), labels = NdArray::zeros(DType::i64, {rows});
  const RandomStream draws{7, 0, 0};
  for (size_t i = 0; i < images.values<float>().size(); ++i) images.values<float>()[i] = normal(draws, i);
  for (int64_t i = 0; i < rows; ++i) labels.data<int64_t>()[i] = draws.word(static_cast<uint64_t>(i)) % classes;
  return {images, labels};
}

}  // namespace

TEST_CASE("TinyVGG's output and gradients are PyTorch's") {
  State state = torch_state(evaluation);
  const NdArray photo = read_npy(folder + "input.npy"), dish = read_npy(folder + "target.npy");
  auto compiled = compile(evaluation, batch = photo.extent(0), test_options());
  CHECK(error_of(compiled.call<"predict">(state, photo), read_npy(folder + "output.npy")) <= 1e-5);
  const auto results = compiled.call_all<"gradients">(state, photo, dish);
  const auto expected = read_npz(folder + "grads.npz");
  REQUIRE(results.size() == expected.size() + 1);
  for (size_t i = 0; i < expected.size(); ++i) {
    INFO("gradient of " << state.names()[i]);
    CHECK(error_of(results[i], expected.at(state.names()[i])) <= 1e-5);
  }
}

TEST_CASE("TinyVGG goes down PyTorch's curves") {
  check_curve("sgd", SGD{.lr = 0.05});
  check_curve("sgd_momentum_wd", SGD{.lr = 0.02, .momentum = 0.9, .weight_decay = 1e-3, .nesterov = true});
  check_curve("adam", Adam{.lr = 2e-3});
}

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
