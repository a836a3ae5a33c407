// The GPT with PyTorch's weights: the same output, gradients, and loss over 20 steps of each optimizer.
#include <map>

#include "examples/models/gpt.h"
#include "tests/e2e/reference_curves.h"
#include "tests/ops/compare.h"

namespace stator::tests {

namespace {

constexpr models::gpt tiny{.vocabulary = 65, .length = 32, .width = 32, .heads = 4, .layers = 2, .tied = false};
using TinyGpt = models::Gpt<tiny>;
using Text = Labels<65, batch, 32>;

/// Output; and the gradients of all parameters in their order, then the loss.
constexpr auto evaluation =
    program<TinyGpt>(function<"predict", Text>([](const auto& net, auto text) { return net(text); }),
                     function<"gradients", Text, Text>([](const auto& net, auto text, auto next) {
                       auto loss = net.loss(text, next);
                       stator::detail::for_each_leaf(net, Name(), [&](const auto& leaf, const auto&) {
                         stator::detail::trace_of(loss).result(gradient(loss, leaf).id);
                       });
                       return loss;
                     }));

const ReferenceModel reference{"tiny_gpt", STATOR_TEST_DATA "/tiny_gpt"};

/// The output for the reference's four rows, among `rows` of them.
double error_of_output(long rows) {
  State state = reference.state(evaluation);
  auto compiled = compile<"predict">(evaluation, batch = rows, test_options());
  return error_of(compiled.call<"predict">(state, reference.input()), read_npy(reference.folder + "/output.npy"));
}

}  // namespace

TEST_CASE("the GPT has PyTorch's parameters") {
  const SafetensorsFile file = read_safetensors(reference.folder + "/model.safetensors");
  const std::vector<std::string> names = init(evaluation, seed(0)).names();
  CHECK(names.size() == file.tensors.size());
  for (const std::string& name : names) CHECK(file.tensors.count(name) == 1);
}

TEST_CASE("the GPT's output is PyTorch's, in full batches and short ones") {
  CHECK(error_of_output(4) <= 1e-5);
  CHECK(error_of_output(7) <= 1e-5);
}

TEST_CASE("the GPT's gradients are PyTorch's") {
  State state = reference.state(evaluation);
  auto compiled = compile<"gradients">(evaluation, batch = 6, test_options());
  const auto results = compiled.call_all<"gradients">(state, reference.input(), reference.target());
  const std::map<std::string, NdArray> gradients = read_npz(reference.folder + "/grads.npz");
  REQUIRE(results.size() == gradients.size() + 1);
  for (size_t i = 0; i < gradients.size(); ++i) {
    INFO("gradient of " << state.names()[i]);
    CHECK(error_of(results[i], gradients.at(state.names()[i])) <= 1e-5);
  }
}

TEST_CASE("six optimizers train the GPT down PyTorch's curves") {
  check_curves<TinyGpt, Text, Text>(reference, [](const auto& net, auto x, auto y) { return net.loss(x, y); });
}

}  // namespace stator::tests
