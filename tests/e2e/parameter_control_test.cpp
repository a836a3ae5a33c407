// Clipping, groups, frozen and shared parameters at work: against the interpreter and each other.
#include <cmath>

#include "dsl/stator.h"
#include "tests/catch.h"
#include "tests/ops/compare.h"
#include "tests/ops/run.h"
#include "tests/ops/torch_cases.h"
#include "tests/runtime/support.h"

namespace stator::tests {

namespace {

struct Net {
  Linear<4, 8> body;
  Linear<8, 2> head;
  constexpr auto operator()(auto x) const { return head(relu(body(x))); }
};
using X = Tensor<f32, batch, 4>;
constexpr auto loss_of = [](const auto& net, auto x) { return mean(square(net(x))); };

NdArray rows() { return NdArray::from<float>({1, 2, -3, 4, 5, -6, 7, 8, 9, 1, 1, -2}, {3, 4}); }

/// The state after `steps` training steps.
template <class O, class... Options>
State trained(const O& rule, int steps, const CallOptions& options = {}, Options... clips) {
  const auto net = program<Net>(train_step<X>(loss_of, rule, clips...));
  State state = init(net, seed(3));
  auto compiled = compile(net, batch = 3, test_options());
  for (int i = 0; i < steps; ++i) compiled.step(state, rows(), options);
  return state;
}

void check_equal(const State& a, const State& b, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    INFO(name);
    CHECK(error_of(a.get(name), b.get(name)) <= 1e-6);
  }
}

}  // namespace

TEST_CASE("a training step that clips gives the norm as its second result") {
  const auto net = program<Net>(train_step<X>(loss_of, SGD{.lr = 1}, clip_grad_norm(0.01)));
  State state = init(net, seed(3)), before = state.clone();
  auto compiled = compile(net, batch = 3, test_options());
  const NdArray x = rows();
  const NdArray* const inputs[]{&x};
  const auto results = compiled.call_function("train_step", state, inputs);
  REQUIRE(results.size() == 2);
  CHECK(results[1].item() > 0.01);
  double squares = 0;
  for (const char* name : {"body.weight", "body.bias", "head.weight", "head.bias"}) {
    const NdArray from = before.get(name), to = state.get(name);
    for (int64_t i = 0; i < from.element_count(); ++i)
      squares += std::pow(double(from.data<float>()[i]) - to.data<float>()[i], 2);
  }
  CHECK(std::sqrt(squares) == Approx(0.01).epsilon(1e-3));
}

TEST_CASE("groups do what optimizers of their parts would do") {
  const auto body = AdamW{.lr = 0.01, .weight_decay = 0.5};
  const auto head = SGD{.lr = 0.1, .momentum = 0.9};
  const State both = trained(groups(group<"head">(head), body), 5);
  const auto apart = program<Net>(training_function<"step", X>([=](const auto& net, auto x) {
    auto loss = loss_of(net, x);
    update(net.body, loss, body);
    update<"head">(net.head, loss, head);
    return loss;
  }));
  State state = init(apart, seed(3));
  auto compiled = compile(apart, batch = 3, test_options());
  for (int i = 0; i < 5; ++i) compiled.call<"step">(state, rows());
  check_equal(both, state, {"body.weight", "body.bias", "head.weight", "head.bias"});
}

TEST_CASE("a call sets the learning rate of all groups, or of one by name") {
  const auto rule = groups(group<"head">(SGD{.lr = 123}), group<"vectors">(biases_and_norms, SGD{.lr = 45}), SGD{});
  const State plain = trained(SGD{.lr = 0.1}, 4);
  check_equal(trained(rule, 4, {.lr = 0.1}), plain, {"body.weight", "body.bias", "head.weight", "head.bias"});
  const State head_rests = trained(rule, 4, {.lr = 0.1, .arguments = {{"lr.head", 0.0}}});
  const State start = trained(SGD{}, 0);
  CHECK(head_rests.get("head.weight") == start.get("head.weight"));
  CHECK_FALSE(head_rests.get("body.bias") == start.get("body.bias"));
}

TEST_CASE("a momentum that no optimizer has is refused") {
  CHECK(error_of([] { trained(SGD{}, 1, {.momentum = 0.5}); }) ==
        "train_step: a momentum of 0.5 is given, but no optimizer has one");
}

TEST_CASE("what is frozen stays, and the rest trains as if it were not") {
  const auto net = program<Net>(train_step<X>(
      [](const auto& model, auto x) {
        freeze(model.body.weight);
        return loss_of(model, x);
      },
      SGD{.lr = 0.1}));
  State state = init(net, seed(3));
  auto compiled = compile(net, batch = 3, test_options());
  compiled.step(state, rows());
  CHECK(state.get("body.weight") == trained(SGD{.lr = 0.1}, 0).get("body.weight"));
  check_equal(state, trained(SGD{.lr = 0.1}, 1), {"body.bias", "head.weight", "head.bias"});
}

TEST_CASE("a parameter used twice is updated once, by the sum of its gradients") {
  struct Tied {
    Parameter<f32, 5, 4> table = uniform(-1, 1);
  };
  const auto tied = program<Tied>(training_function<"step", Tensor<f32, 3, 4>>([](const auto& net, auto x) {
    auto hidden = matmul(x, transpose(net.table));
    auto loss = mean(square(matmul(hidden, net.table)));
    auto by_hand = net.table - 0.1 * gradient(loss, net.table);
    update(net, loss, SGD{.lr = 0.1});
    return hana::make_tuple(loss, by_hand);
  }));
  State state = init(tied, seed(0));
  auto compiled = compile(tied, test_options());
  const NdArray by_hand = compiled.call_all<"step">(state, rows())[1].clone();
  CHECK(error_of(state.get("table"), by_hand) <= 1e-6);
  CHECK(error_of(tensor_of(by_hand), interpreted(tied.graph(), "step", 1, {tensor_of(rows())})[1]) <= 1e-5);
}

}  // namespace stator::tests
