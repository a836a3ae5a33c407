// Functions of several inputs that return several values, in plain structs and tuples, nested too; and residual models.
#include "compiler/interface/interpret.h"
#include "dsl/stator.h"
#include "runtime/philox.h"
#include "tests/catch.h"
#include "tests/ops/compare.h"
#include "tests/ops/run.h"
#include "tests/ops/torch_cases.h"

namespace stator::tests {

namespace {

using Question = Tensor<f32, batch, 6>;
using Answer = Tensor<f32, batch, 4>;
using Verdict = Labels<2, batch>;

template <class Q, class A> struct Embedded {
  Q question;
  A answer;
};
template <class S, class E> struct Match {
  S scores;
  E embedded;
};

/// Two inputs of different kinds meet in one space; each way has a residual block.
struct Matcher {
  Linear<6, 8> question;
  Linear<4, 8> answer;
  Linear<8, 8> shared;
  Linear<8, 2> head;

  constexpr auto operator()(auto q, auto a) const {
    auto embed = [&](auto x) { return x + relu(shared(x)); };
    auto left = embed(question(q)), right = embed(answer(a));
    return Match{head(left * right), Embedded{left, right}};
  }
};

constexpr auto matcher = program<Matcher>(
    function<"predict", Question, Answer>([](const auto& net, auto q, auto a) { return net(q, a); }),
    function<"tuple", Question, Answer>([](const auto& net, auto q, auto a) {
      auto match = net(q, a);
      return hana::make_tuple(match.scores, match.embedded);
    }),
    train_step<Question, Answer, Verdict>(
        [](const auto& net, auto q, auto a, auto verdict) { return cross_entropy(net(q, a).scores, verdict); },
        SGD{.lr = 0.1}));

NdArray drawn(int64_t rows, int64_t columns, uint64_t seed) {
  NdArray made = NdArray::zeros(DType::f32, {rows, columns});
  const RandomStream draws{seed, 0, 0};
  for (size_t i = 0; i < made.values<float>().size(); ++i) made.values<float>()[i] = normal(draws, i);
  return made;
}

}  // namespace

TEST_CASE("a struct's members are a function's results, in the order of declaration") {
  State state = init(matcher, seed(1));
  auto compiled = compile<"predict", "tuple">(matcher, batch = 5, test_options());
  const NdArray q = drawn(5, 6, 1), a = drawn(5, 4, 2);
  std::vector<NdArray> as_struct;
  for (const NdArray& result : compiled.call_all<"predict">(state, q, a)) as_struct.push_back(result.clone());
  REQUIRE(as_struct.size() == 3);
  CHECK(as_struct[0].extents() == NdArray::Extents{5, 2});
  CHECK(as_struct[1].extents() == NdArray::Extents{5, 8});
  const auto as_tuple = compiled.call_all<"tuple">(state, q, a);
  REQUIRE(as_tuple.size() == 3);
  for (size_t i = 0; i < 3; ++i) CHECK(error_of(as_tuple[i], as_struct[i]) == 0);
}

TEST_CASE("a function of several inputs computes what the interpreter does, and trains") {
  State state = init(matcher, seed(1));
  auto compiled = compile(matcher, batch = 8, test_options());
  const NdArray q = drawn(8, 6, 1), a = drawn(8, 4, 2);
  NdArray fits = NdArray::zeros(DType::i64, {8});
  for (int64_t i = 0; i < 8; ++i) fits.data<int64_t>()[i] = i % 2;

  const ProgramGraph graph = matcher.graph();
  std::vector<TensorValue> slots;
  for (const Slot& slot : graph.slots) slots.push_back(tensor_of(state.get(slot.name.str())));
  const auto expected = interpret(graph, "predict", {batch = 8}, {tensor_of(q), tensor_of(a)}, slots);
  const auto found = compiled.call_all<"predict">(state, q, a);
  REQUIRE(found.size() == expected.size());
  for (size_t i = 0; i < found.size(); ++i) CHECK(error_of(found[i], expected[i]) <= 1e-5);

  const double before = compiled.step(state, q, a, fits);
  double after = before;
  for (int i = 0; i < 50; ++i) after = compiled.step(state, q, a, fits);
  CHECK(after < 0.5 * before);
}

}  // namespace stator::tests
