// Models that are trained op by op go down the same curve as compiled ones.
#include <stator/eager.h>
#include <stator/stator.h>

#include "examples/models/convnet.h"
#include "examples/models/mlp.h"
#include "tests/catch.h"
#include "tests/e2e/digits.h"
#include "tests/ops/compare.h"
#include "tests/ops/run.h"

namespace stator::tests {

namespace {

/// `steps` steps of both, on the same drawn digits: losses and parameters agree. All kernels that eager compiles for it
/// are at most `most_compiled`.
template <class M, TensorLike In, TensorLike Target, class Loss, UpdateRule O>
void check_training(int steps, Loss loss_of, const O& rule, int64_t most_compiled) {
  const auto steps_of = program<M>(train_step<In, Target>(loss_of, rule));
  State state = init(steps_of, seed(3));
  auto compiled = compile(steps_of, batch = 8, test_options());
  Eager eager({.seed = 3, .threads = 2, .cache = "off"});
  Module<M> net(eager);
  auto optimizer = stator::optimizer(net, rule);
  const std::vector<Batch> batches = digit_batches(steps, 8);
  for (int i = 0; i < steps; ++i) {
    const Batch& given = batches[static_cast<size_t>(i)];
    const double expected = compiled.step(state, given.images, given.labels);
    optimizer.zero_grad();
    auto loss = loss_of(*net, eager.tensor<In>(given.images), eager.tensor<Target>(given.labels));
    const double found = eager.item(loss);
    loss.backward();
    optimizer.step();
    INFO("step " << i << ": eager " << found << ", deferred " << expected);
    CHECK(std::abs(found - expected) <= 1e-4 * std::abs(expected));
  }
  CHECK(eager.figures().compiled <= most_compiled);
  State reached = state.clone();
  net.store(reached);
  optimizer.store(reached);
  for (const Slot& slot : state.slots()) {
    if (slot.name == std::string_view("step")) continue;
    INFO(slot.name.str());
    CHECK(error_of(reached.get(slot.name), state.get(slot.name)) <= 2e-3);
  }
}

}  // namespace

TEST_CASE("an MLP is trained op by op as it is compiled") {
  check_training<models::Mlp, models::MlpImage, models::MlpDigit>(
      10, [](const auto& net, auto image, auto digit) { return cross_entropy(net(image), digit); }, SGD{.lr = 0.05},
      30);
  check_training<models::Mlp, models::MlpImage, models::MlpDigit>(
      10, [](const auto& net, auto image, auto digit) { return cross_entropy(net(image), digit); }, Adam{.lr = 1e-3},
      30);
}

TEST_CASE("a ConvNet with dropout is trained op by op as it is compiled") {
  check_training<models::ConvNet, models::Image, models::Digit>(
      6, [](const auto& net, auto image, auto digit) { return nll_loss(net(image), digit); }, Adadelta{.lr = 0.5}, 50);
}

}  // namespace stator::tests
