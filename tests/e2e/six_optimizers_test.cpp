// The reference's models without layers of their own tests, down PyTorch's curves of six optimizers.
#include "tests/e2e/reference_curves.h"
#include "tests/runtime/support.h"

namespace stator::tests {

namespace {

/// Its parameters are called linear_relu_stack.0.weight and so on in PyTorch: members of a Sequential.
struct Mlp {
  Linear<784, 64> fc0;
  Linear<64, 64> fc2;
  Linear<64, 10> fc4;
  constexpr auto operator()(auto image) const { return fc4(relu(fc2(relu(fc0(flatten(image)))))); }
};

std::string mlp_key(const std::string& parameter) { return "linear_relu_stack." + parameter.substr(2); }

}  // namespace

TEST_CASE("six optimizers train the MLP down PyTorch's curves") {
  const std::optional<std::string> folder = shared_data("reference/mlp");
  if (!folder) WARN("skipped: $STATOR_DATA/reference/mlp is not there");
  if (!folder) return;
  check_curves<Mlp, Tensor<f32, batch, 1, 28, 28>, Labels<10, batch>>(
      {"mlp", *folder, mlp_key}, [](const auto& net, auto x, auto y) { return cross_entropy(net(x), y); });
}

}  // namespace stator::tests
