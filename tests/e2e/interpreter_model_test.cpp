// The unchanged ConvNet on the interpreter's tensors: layers and ops are written over operands, not over traces.
#include "compiler/interface/interpret.h"

#include "tests/catch.h"
#include "tests/e2e/digits.h"
#include "tests/ops/compare.h"
#include "tests/ops/run.h"
#include "tests/ops/torch_cases.h"

namespace stator::tests {

namespace {

/// Points the parameters of a model at values of an interpreter.
template <class M> void bind(M& model, InterpreterContext& context, const State& state) {
  stator::detail::for_each_leaf(model, Name(), [&](auto& leaf, const Name& path) {
    using Leaf = std::remove_cvref_t<decltype(leaf)>;
    leaf.context = &context;
    if constexpr (stator::detail::is_parameter<Leaf>)
      leaf.id = context.template tensor<typename Leaf::tensor>(tensor_of(state.get(path.str())).elements).id;
  });
}

}  // namespace

TEST_CASE("the ConvNet on the interpreter's tensors gives what it gives compiled") {
  const Batch given = digit_batches(1, 2)[0];
  State state = init(models::convnet, seed(11));
  auto compiled = compile<"predict">(models::convnet, batch = 2, test_options());

  InterpreterContext context({batch = 2});
  models::ConvNet net;
  bind(net, context, state);
  const auto scores = net(context.tensor<models::Image>(tensor_of(given.images).elements));
  CHECK(error_of(compiled.call<"predict">(state, given.images), context.value(scores)) <= 1e-5);
}

TEST_CASE("the interpreter trains as the compiled program does, dropout and all") {
  const Batch given = digit_batches(1, 2)[0];
  const ProgramGraph graph = models::convnet.graph();
  State state = init(models::convnet, seed(11));
  std::vector<TensorValue> slots;
  for (const Slot& slot : graph.slots) slots.push_back(tensor_of(state.get(slot.name.str())));
  const std::vector<TensorValue> results = interpret(
      graph, "train_step", {batch = 2}, {tensor_of(given.images), tensor_of(given.labels)}, slots, {{"seed", 11}});

  auto compiled = compile<"train_step">(models::convnet, batch = 2, test_options());
  CHECK(compiled.step(state, given.images, given.labels) == Approx(results[0].elements[0]).epsilon(1e-5));
  for (size_t i = 0; i < slots.size(); ++i) {
    INFO(graph.slots[i].name.view());
    CHECK(error_of(state.get(graph.slots[i].name.str()), slots[i]) <= 1e-5);
  }
}

}  // namespace stator::tests
