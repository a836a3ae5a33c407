// The GPT with PyTorch's weights: the same output, gradients, and loss over 20 steps of each optimizer.
#include "examples/models/gpt.h"
#include "tests/e2e/reference_model.h"

namespace stator::tests {

namespace {

constexpr models::gpt tiny{.vocabulary = 65, .length = 32, .width = 32, .heads = 4, .layers = 2, .tied = false};
using TinyGpt = models::Gpt<tiny>;
using Text = Labels<65, batch, 32>;

constexpr auto loss_of = [](const auto& net, auto text, auto next) { return net.loss(text, next); };

const ReferenceModel reference{"tiny_gpt", STATOR_TEST_DATA "/tiny_gpt"};

}  // namespace

TEST_CASE("the GPT has PyTorch's parameters") {
  const SafetensorsFile file = read_safetensors(reference.folder + "/model.safetensors");
  const std::vector<std::string> names = init(evaluation_of<TinyGpt, Text, Text>(loss_of), seed(0)).names();
  CHECK(names.size() == file.tensors.size());
  for (const std::string& name : names) CHECK(file.tensors.count(name) == 1);
}

TEST_CASE("the GPT's output and gradients are PyTorch's, in full batches and short ones") {
  check_model<TinyGpt, Text, Text>(reference, loss_of);
  check_model<TinyGpt, Text, Text>(reference, loss_of, 7);
}

TEST_CASE("six optimizers train the GPT down PyTorch's curves") {
  check_curves<TinyGpt, Text, Text>(reference, loss_of);
}

}  // namespace stator::tests
