// Updates in parts: flat code that parameters share, whatever their shapes, gives what a compiled step gives.
#include <stator/eager.h>
#include <stator/stator.h>

#include <limits>

#include "dsl/eager/flat_program.h"
#include "dsl/eager/update_parts.h"
#include "tests/catch.h"
#include "tests/ops/compare.h"
#include "tests/ops/run.h"

namespace stator::tests {

namespace {

/// Weights of rank 4, which lie in another order; sizes that are no whole pieces; and a parameter of rank 0.
struct Net {
  Conv2d<3, 5, 3> conv;
  Linear<45, 37> hidden;
  Linear<37, 61> head;
  Parameter<f32> scale = fill(1);

  constexpr auto operator()(auto x) const {  // [N, 3, 5, 5]
    return head(tanh(hidden(flatten(tanh(conv(x)))))) * scale;
  }
};
using In = Tensor<f32, batch, 3, 5, 5>;
constexpr auto loss_of = [](const auto& net, auto x) { return mean(square(net(x) - 0.5)); };

NdArray input() {
  NdArray x = NdArray::empty(DType::f32, {4, 3, 5, 5});
  for (int64_t i = 0; i < x.element_count(); ++i)
    reinterpret_cast<float*>(x.bytes())[i] = static_cast<float>(std::sin(1.0 + 0.7 * static_cast<double>(i)));
  return x;
}

/// Three steps of both from one start: results of options, parameters and the optimizer's state agree.
template <UpdateRule O, class... Options> void check_rule(const char* name, const O& rule, const Options&... options) {
  const auto steps = program<Net>(train_step<In>(loss_of, rule, options...));
  State state = init(steps, seed(3));
  auto compiled = compile(steps, batch = 4, test_options());
  Eager eager({.seed = 3, .threads = 2, .cache = "off"});
  Module<Net> net(eager);
  net.load(state);
  auto optimizer = stator::optimizer(net, rule, options...);
  const NdArray x = input();
  for (int i = 0; i < 3; ++i) {
    (void)compiled.step(state, x);
    optimizer.zero_grad();
    loss_of(*net, eager.tensor<In>(x)).backward();
    const std::vector<NdArray> results = optimizer.step();
    CHECK(results.size() <= sizeof...(options));
  }
  State reached = state.clone();
  net.store(reached);
  optimizer.store(reached);
  for (const Slot& slot : state.slots()) {
    if (slot.name == std::string_view("step")) continue;
    INFO(name << ": " << slot.name.str());
    CHECK(error_of(reached.get(slot.name), state.get(slot.name)) <= 1e-4);
  }
}

/// A program whose one function updates slot 0 of `spec`; the graph is made by `make(graph, slot node)`.
ProgramGraph update_of(const TensorSpec& spec, auto make) {
  ProgramGraph program;
  program.slots.push_back({Name("w"), spec, Slot::Role::parameter, {}});
  Function function;
  function.name = Name("update");
  const Attribute index = Attribute::of("index", 0L);
  const int slot = function.graph.add({"slot", nullptr, 0, &index, 1, spec});
  function.graph.updates.push_back({0, make(function.graph, slot)});
  program.functions.push_back(std::move(function));
  return program;
}

TensorSpec matrix(long rows, long columns) {
  TensorSpec spec;
  spec.extents.push(Extent(rows));
  spec.extents.push(Extent(columns));
  return spec;
}

}  // namespace

TEST_CASE("every rule updates in parts as in a compiled step") {
  check_rule("SGD", SGD{.lr = 0.1, .momentum = 0.9, .dampening = 0.1, .weight_decay = 0.01});
  check_rule("nesterov", SGD{.lr = 0.1, .momentum = 0.9, .nesterov = true, .maximize = true});
  check_rule("Adam", Adam{.lr = 0.01, .weight_decay = 0.1, .amsgrad = true});
  check_rule("AdamW in groups, clipped",
             groups(group<"biases">(biases_and_norms, AdamW{.lr = 0.02, .weight_decay = 0}), AdamW{.lr = 0.01}),
             clip_grad_norm(0.1), clip_grad_value(0.01));
  check_rule("SGD, by the greatest gradient", SGD{.lr = 0.1},
             clip_grad_norm(0.001, std::numeric_limits<double>::infinity()));
  check_rule("RMSprop", RMSprop{.lr = 0.01, .momentum = 0.5, .centered = true}, clip_grad_value(0.01));
  check_rule("Adagrad", Adagrad{.lr = 0.05, .lr_decay = 0.1}, clip_grad_norm(0.1, 3));
  check_rule("Adadelta", Adadelta{.lr = 0.5});
}

TEST_CASE("parameters of all shapes share one compiled update") {
  auto compiled_by = [](const auto&... options) {
    Eager eager({.threads = 1, .cache = "off"});
    Module<Net> net(eager);
    auto optimizer = stator::optimizer(net, Adam{}, options...);
    loss_of(*net, eager.tensor<In>(input())).backward();
    const int64_t before = eager.figures().compiled;
    optimizer.step();
    return eager.figures().compiled - before;
  };
  CHECK(compiled_by() == 2);                     // scalars; flat code
  CHECK(compiled_by(clip_grad_norm(0.1)) == 3);  // and sums of squares
}

TEST_CASE("a sum of what an update reads from inputs is flat; of what it makes of slots, it is not") {
  auto reduced = [](const char* source) {
    return eager::in_parts(update_of({DType::f32, {}}, [&](Graph& graph, int slot) {
      const Attribute index = Attribute::of("index", 0L);
      const long both[]{0, 1};
      const Attribute axes = Attribute::of("axes", both, 2);
      const int read = graph.add({source, nullptr, 0, &index, 1, matrix(30, 70)});
      const int one = graph.add({"sum", &read, 1, &axes, 1, matrix(1, 1)});
      const int scalar = graph.add({"reshape", &one, 1, nullptr, 0, {DType::f32, {}}});
      const int sum[]{slot, scalar};
      return graph.add({"add", sum, 2, nullptr, 0, {DType::f32, {}}});
    }));
  };
  const eager::UpdateParts flat = reduced("input"), whole = reduced("slot");
  REQUIRE(flat.sums.size() == 1);
  CHECK(flat.sums[0].count == 2100);
  CHECK(flat.sums[0].program.functions.size() == std::size(eager::sum_pieces));
  CHECK(flat.rest.inputs[0].is_scalar);
  CHECK(whole.sums.empty());
}

TEST_CASE("flat parts have one program for all shapes; an update that is not elementwise stays whole") {
  auto twice = [](Graph& graph, int slot) {
    const int both[]{slot, slot};
    return graph.add({"add", both, 2, nullptr, 0, TensorSpec(graph.nodes[static_cast<size_t>(slot)].spec)});
  };
  const eager::UpdateParts small = eager::in_parts(update_of(matrix(3, 5), twice));
  const eager::UpdateParts large = eager::in_parts(update_of(matrix(70, 90), twice));
  REQUIRE((small.flat.size() == 1 && large.flat.size() == 1));
  CHECK(small.flat[0].count == 15);
  CHECK(large.flat[0].count == 6300);
  CHECK(small.flat[0].program.functions[0].inputs == large.flat[0].program.functions[0].inputs);
  CHECK(small.flat[0].program.slots[0].spec == large.flat[0].program.slots[0].spec);
  CHECK(small.rest.program.functions[0].graph.updates.empty());

  const eager::UpdateParts turned = eager::in_parts(update_of(matrix(5, 5), [](Graph& graph, int slot) {
    const long axes[]{1, 0};
    const Attribute attribute = Attribute::of("axes", axes, 2);
    return graph.add({"permute", &slot, 1, &attribute, 1, matrix(5, 5)});
  }));
  CHECK(turned.flat.empty());
  CHECK(turned.rest.program.functions[0].graph.updates.size() == 1);
}

}  // namespace stator::tests
