// Every instruction set that this host has gives what the interpreter gives.
#include "compiler/interface/interpret.h"

#include "tests/catch.h"
#include "tests/e2e/digits.h"
#include "tests/ops/compare.h"
#include "tests/ops/run.h"
#include "tests/ops/torch_cases.h"

namespace stator::tests {

namespace {

/// A network with each kind of kernel in it, and small enough for the interpreter.
struct Small {
  Conv2d<1, 5, 3, conv{.stride = 2}> conv1;
  Conv2d<5, 9, 3, conv{.padding = 1}> conv2;
  Dropout2d<0.2> drop;
  Linear<324, 17> fc1;
  Linear<17, 10> fc2;

  constexpr auto operator()(auto image) const {  // [N, 1, 28, 28]
    auto features = max_pool2d<2>(tanh(conv2(relu(conv1(image)))));
    return fc2(sigmoid(fc1(flatten(drop(features)))));
  }
};

constexpr auto small = program<Small>(train_step<models::Image, models::Digit>(
    [](const auto& net, auto image, auto digit) { return cross_entropy(net(image), digit); }, Adam{.lr = 0.01}));

}  // namespace

TEST_CASE("each instruction set trains to what the interpreter computes") {
  const Batch given = digit_batches(1, 7)[0];
  const ProgramGraph graph = small.graph();
  const State start = init(small, seed(4));
  std::vector<TensorValue> expected;
  for (const Slot& slot : graph.slots) expected.push_back(tensor_of(start.get(slot.name.str())));
  const std::vector<TensorValue> inputs{tensor_of(given.images), tensor_of(given.labels)};
  const double loss = interpret(graph, "train_step", {batch = 7}, inputs, expected, {{"seed", 4}})[0].elements[0];

  for (const std::string& target : host_targets()) {
    CompileOptions options = test_options();
    options.target = target;
    auto compiled = compile(small, batch = 9, options);
    State state = start.clone();
    INFO(target);
    CHECK(compiled.step(state, given.images, given.labels) == Approx(loss).epsilon(1e-5));
    for (size_t i = 0; i < expected.size(); ++i) {
      INFO(graph.slots[i].name.view());
      CHECK(error_of(state.get(graph.slots[i].name.str()), expected[i]) <= 1e-5);
    }
  }
}

}  // namespace stator::tests
