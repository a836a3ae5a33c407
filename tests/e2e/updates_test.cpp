// What a step may do to the state: swap parameters, give them back from before or after, update one from another.
#include "dsl/stator.h"
#include "tests/catch.h"
#include "tests/ops/compare.h"
#include "tests/ops/run.h"
#include "tests/ops/torch_cases.h"

namespace stator::tests {

namespace {

struct Pair {
  Parameter<f32, 3, 5> a = uniform(-1, 1);
  Parameter<f32, 3, 5> b = uniform(-1, 1);
};
using Matrix = Tensor<f32, 3, 5>;

/// A state, the one that a function leaves, and what it gives.
struct Outcome {
  State before, after;
  std::vector<NdArray> results;

  NdArray a() const { return before.get("a"); }
  NdArray b() const { return before.get("b"); }
};

/// Runs `body`, and holds all of it to the interpreter.
template <class Body> Outcome run(Body body) {
  const auto pair = program<Pair>(function<"step", Matrix>(body));
  Outcome outcome{init(pair, seed(1)), init(pair, seed(1)), {}};
  const NdArray x = NdArray::from<float>({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, {3, 5});
  auto compiled = compile(pair, test_options());
  for (const NdArray& result : compiled.template call_all<"step">(outcome.after, x))
    outcome.results.push_back(result.clone());
  CompiledProgram reference(pair.graph(), 1);
  const std::vector<TensorValue> expected = interpreted(pair.graph(), "step", 1, {tensor_of(x)});
  const std::vector<TensorValue> found = reference.run("step", {tensor_of(x)});
  REQUIRE(found.size() == expected.size());
  for (size_t i = 0; i < found.size(); ++i) CHECK(error_of(found[i], expected[i]) <= 1e-6);
  return outcome;
}

}  // namespace

TEST_CASE("two parameters change places") {
  const Outcome outcome = run([](const auto& net, auto x) {
    assign(net.a, net.b);
    assign(net.b, net.a);
    return sum(x);
  });
  CHECK(outcome.after.get("a") == outcome.b());
  CHECK(outcome.after.get("b") == outcome.a());
  CHECK(outcome.results[0].item() == 120);
}

TEST_CASE("a result may be a parameter as it was, and as it becomes") {
  const Outcome outcome = run([](const auto& net, auto x) {
    auto next = net.a + x;
    assign(net.a, next);
    return hana::make_tuple(net.a * 1, next, net.b * 2, next);
  });
  CHECK(outcome.results[0] == outcome.a());
  CHECK(outcome.results[1] == outcome.after.get("a"));
  CHECK(outcome.results[3] == outcome.after.get("a"));
  CHECK(outcome.after.get("b") == outcome.b());
}

TEST_CASE("a result may be an input, or a parameter itself") {
  const Outcome outcome = run([](const auto& net, auto x) {
    assign(net.b, x);
    return hana::make_tuple(x, reshape<15>(x), Expr<Matrix>{{net.a.context, net.a.id}});
  });
  CHECK(outcome.results[0].at<float>({2, 4}) == 15);
  CHECK(outcome.results[1].at<float>({14}) == 15);
  CHECK(outcome.results[2] == outcome.a());
  CHECK(outcome.after.get("b") == outcome.results[0]);
}

TEST_CASE("an update sees the values from before, in whatever order updates stand") {
  const Outcome outcome = run([](const auto& net, auto x) {
    auto product = matmul(net.a, transpose(net.b));  // [3, 3]
    assign(net.a, matmul(product, x));
    assign(net.b, net.b - net.a);
    return sum(net.a * net.b);
  });
  double dot = 0;
  for (int64_t i = 0; i < 15; ++i) {
    const float a = outcome.a().data<float>()[i], b = outcome.b().data<float>()[i];
    CHECK(outcome.after.get("b").data<float>()[i] == b - a);
    dot += a * b;
  }
  CHECK(outcome.results[0].item() == Approx(dot).epsilon(1e-5));
}

TEST_CASE("one value may become two parameters, and a constant one") {
  const Outcome both = run([](const auto& net, auto x) {
    auto next = net.a * x;
    assign(net.a, next);
    assign(net.b, next);
    return sum(next);
  });
  CHECK(both.after.get("a") == both.after.get("b"));
  const Outcome zero = run([](const auto& net, auto x) {
    assign(net.a, net.a * 0);
    return sum(x * 0 + 1);
  });
  CHECK(zero.after.get("a") == NdArray::zeros(DType::f32, {3, 5}));
  CHECK(zero.results[0].item() == 15);
}

TEST_CASE("permuted and flipped parameters update themselves") {
  const Outcome outcome = run([](const auto& net, auto x) {
    assign(net.a, apply<rule::Flip{Integers(0, 1)}>(net.a));
    assign(net.b, transpose(reshape<5, 3>(net.b)));
    return sum(x);
  });
  for (int64_t i = 0; i < 15; ++i) CHECK(outcome.after.get("a").data<float>()[i] == outcome.a().data<float>()[14 - i]);
  CHECK(outcome.after.get("b").at<float>({2, 3}) == outcome.b().data<float>()[3 * 3 + 2]);
}

}  // namespace stator::tests
