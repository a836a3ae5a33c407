// Models of images with PyTorch's weights: the same output, gradients, and loss over 20 steps of each optimizer.
#include "examples/models/tinyvgg.h"
#include "tests/e2e/reference_model.h"
#include "tests/runtime/support.h"

namespace stator::tests {

namespace {

using Image = Tensor<f32, batch, 1, 28, 28>;
using Digit = Labels<10, batch>;

/// Its parameters are called linear_relu_stack.0.weight and so on in PyTorch: members of a Sequential.
struct Mlp {
  Linear<784, 64> fc0;
  Linear<64, 64> fc2;
  Linear<64, 10> fc4;
  constexpr auto operator()(auto image) const { return fc4(relu(fc2(relu(fc0(flatten(image)))))); }
};

struct MnistConvNet {
  Conv2d<1, 10, 5> conv1;
  Conv2d<10, 20, 5> conv2;
  BatchNorm2d<20> bn2;
  Linear<320, 50> fc1;
  Linear<50, 10> fc2;
  constexpr auto operator()(auto image) const {
    auto x = relu(max_pool2d<2>(conv1(image)));
    auto y = relu(max_pool2d<2>(bn2(conv2(x))));
    return log_softmax<1>(fc2(relu(fc1(flatten(y)))));
  }
};

std::string mlp_key(const std::string& parameter) { return "linear_relu_stack." + parameter.substr(2); }

constexpr auto of_logits = [](const auto& net, auto x, auto y) { return cross_entropy(net(x), y); };
constexpr auto of_log_probabilities = [](const auto& net, auto x, auto y) { return nll_loss(net(x), y); };

/// The folder of a reference that holds MNIST's images, so that it is not in this repository.
template <class M> void check_mnist(ReferenceModel reference, auto loss) {
  const std::optional<std::string> folder = shared_data("reference/" + reference.name);
  if (!folder) WARN("skipped: $STATOR_DATA/reference/" << reference.name << " is not there");
  if (!folder) return;
  reference.folder = *folder;
  check_model<M, Image, Digit>(reference, loss);
  check_curves<M, Image, Digit>(reference, loss);
}

}  // namespace

TEST_CASE("the MLP gives PyTorch's output and gradients, and goes down its curves") {
  check_mnist<Mlp>({"mlp", "", mlp_key}, of_logits);
}

TEST_CASE("the ConvNet with batch norm gives PyTorch's output and gradients, and goes down its curves") {
  // It is sure of its answers: gradients are made of 1 - p = 0.03 and less.
  check_mnist<MnistConvNet>({"mnist_convnet", ""}, of_log_probabilities);
}

TEST_CASE("TinyVGG gives PyTorch's output and gradients, and goes down its curves") {
  using models::Dish, models::Photo;
  const ReferenceModel reference{"tinyvgg", STATOR_TEST_DATA "/tinyvgg"};
  check_model<models::TinyVGG<3>, Photo, Dish>(reference, of_logits);
  check_curves<models::TinyVGG<3>, Photo, Dish>(reference, of_logits);
}

}  // namespace stator::tests
