// The ConvNet with PyTorch's weights: the same output, gradients, and loss over 20 steps of each optimizer.
#include <cmath>
#include <nlohmann/json.hpp>

#include "examples/models/convnet.h"
#include "runtime/atomic_file.h"
#include "runtime/npy.h"
#include "runtime/safetensors.h"
#include "tests/catch.h"
#include "tests/ops/compare.h"
#include "tests/ops/run.h"
#include "tests/runtime/support.h"

namespace stator::tests {

namespace {

using models::ConvNet, models::Digit, models::Image;

constexpr auto loss_of = [](const auto& net, auto image, auto digit) { return nll_loss(net(image), digit); };

/// Output and gradients, with layers in evaluation mode.
constexpr auto evaluation =
    program<ConvNet>(function<"predict", Image>([](const auto& net, auto image) { return net(image); }),
                     function<"gradients", Image, Digit>([](const auto& net, auto image, auto digit) {
                       auto loss = loss_of(net, image, digit);
                       return hana::make_tuple(loss, gradient(loss, net.conv1.weight), gradient(loss, net.conv1.bias),
                                               gradient(loss, net.conv2.weight), gradient(loss, net.conv2.bias),
                                               gradient(loss, net.fc1.weight), gradient(loss, net.fc1.bias),
                                               gradient(loss, net.fc2.weight), gradient(loss, net.fc2.bias));
                     }));

/// A step of an optimizer with layers in evaluation mode.
template <class O> constexpr auto steps(O optimizer) {
  return program<ConvNet>(function<"step", Image, Digit>([optimizer](const auto& net, auto image, auto digit) {
    auto loss = loss_of(net, image, digit);
    update(net, loss, optimizer);
    return loss;
  }));
}

/// The folder of the reference, where it is: it holds MNIST's images, so it is not in this repository.
std::optional<std::string> reference() {
  const std::optional<std::string> folder = shared_data("reference/convnet");
  if (!folder) WARN("skipped: $STATOR_DATA/reference/convnet is not there");
  return folder;
}

struct Reference {
  std::string folder;
  NdArray input = read_npy(folder + "/input.npy");
  NdArray target = read_npy(folder + "/target.npy");

  template <class P> State state(const P& program) const {
    State made = init(program, seed(1));
    made.load_parameters(folder + "/model.safetensors");
    return made;
  }
  nlohmann::json curve(const std::string& optimizer) const {
    return nlohmann::json::parse(read_file(folder + "/curves.json")).at("curves").at(optimizer);
  }
};

template <class P> void check_curve(const std::string& name, const P& program) {
  const std::optional<std::string> folder = reference();
  if (!folder) return;
  const Reference torch{*folder};
  State state = torch.state(program);
  auto compiled = compile(program, batch = 32, test_options());
  const nlohmann::json curve = torch.curve(name);
  for (size_t i = 0; i < 20; ++i) {
    const double loss = compiled.template call<"step">(state, torch.input, torch.target).item();
    const double expected = curve.at("loss").at(i), exact = curve.at("loss_float64").at(i);
    const bool close = std::abs(loss - expected) <= 1e-3 * std::abs(expected) + 1e-6;
    const bool as_close_to_exact = std::abs(loss - exact) <= 2 * std::abs(expected - exact);
    INFO(name << " before step " << i << ": loss " << loss << ", PyTorch's " << expected << ", in f64 " << exact);
    CHECK((close || as_close_to_exact));
  }
}

}  // namespace

TEST_CASE("the ConvNet's output is PyTorch's") {
  const std::optional<std::string> folder = reference();
  if (!folder) return;
  const Reference torch{*folder};
  State state = torch.state(evaluation);
  auto compiled = compile<"predict">(evaluation, batch = 32, test_options());
  CHECK(error_of(compiled.call<"predict">(state, torch.input), read_npy(*folder + "/output.npy")) <= 1e-5);
}

TEST_CASE("the ConvNet's gradients are PyTorch's") {
  const std::optional<std::string> folder = reference();
  if (!folder) return;
  const Reference torch{*folder};
  State state = torch.state(evaluation);
  auto compiled = compile<"gradients">(evaluation, batch = 32, test_options());
  const auto results = compiled.call_all<"gradients">(state, torch.input, torch.target);
  const SafetensorsFile gradients = read_safetensors(*folder + "/grads.safetensors");
  REQUIRE(gradients.tensors.size() == 8);
  for (size_t i = 0; i < 8; ++i) {
    const std::string name = state.names()[i];
    INFO("gradient of " << name);
    CHECK(error_of(results[i + 1], gradients.tensors.at(name)) <= 1e-5);
  }
}

TEST_CASE("20 steps of Adadelta go down PyTorch's curve") { check_curve("adadelta", steps(Adadelta{.lr = 0.5})); }
TEST_CASE("20 steps of SGD go down PyTorch's curve") { check_curve("sgd", steps(SGD{.lr = 0.01})); }
TEST_CASE("20 steps of Adam go down PyTorch's curve") { check_curve("adam", steps(Adam{.lr = 1e-3})); }

}  // namespace stator::tests
