// Attention whose scores stay out of memory gives what attention with its scores in memory gives.
#include "dsl/ops/attention.h"
#include "runtime/text.h"
#include "tests/catch.h"
#include "tests/ops/compare.h"
#include "tests/ops/draw.h"
#include "tests/ops/graph_values.h"
#include "tests/ops/run.h"
#include "tests/ops/torch_cases.h"

namespace stator::tests {

namespace {

using Tensors = std::vector<TensorValue>;
template <auto... E> using B = Tensor<boolean, E...>;

constexpr long bound_rows = 6, given_rows = 4;

template <attention Options = attention{}> constexpr auto attend = [](auto q, auto k, auto v, auto... mask) {
  return scaled_dot_product_attention<Options>(q, k, v, mask...);
};
constexpr attention causal{.is_causal = true}, grouped{.is_causal = true, .enable_gqa = true};

constexpr auto with_dropout = [](auto q, auto k, auto v) {
  Dropout<0.3> drop;
  drop.site = {q.context, 5};
  return scaled_dot_product_attention<causal>(q, k, v, drop);
};

/// What anyone may write: no mask, no scale, the maximum left in the gradient.
constexpr auto by_hand = [](auto q, auto k, auto v) {
  auto scores = matmul(q, transpose(k));
  auto weights = exp(scores - amax<-1>(scores, keepdim));
  return matmul(weights / sum<-1>(weights, keepdim), v) * 0.5;
};

/// Two layers, the second of which reads the first one's results.
constexpr auto twice = [](auto q, auto k, auto v) {
  auto seen = scaled_dot_product_attention<causal>(q, k, v);
  return scaled_dot_product_attention<causal>(seen, k, v) + seen;
};

template <class... In, class Body> ProgramGraph squared(const std::string& name, Body body) {
  return with_gradients(traced<In...>(name,
                                      [body](auto... in) {
                                        auto y = body(in...);
                                        return y * y;
                                      }))
      .program;
}

/// Programs with gradients: the cotangents depend on the results, so forward and backward are kernels of their own.
std::vector<ProgramGraph> programs() {
  using Q = F<batch, 2, 45, 8>;
  return {squared<Q, Q, Q>("plain", attend<>),
          squared<Q, Q, Q>("causal", attend<causal>),
          squared<Q, F<batch, 2, 70, 8>, F<batch, 2, 70, 24>>("rectangular", attend<causal>),
          squared<F<batch, 2, 70, 8>, Q, Q>("more_queries", attend<causal>),
          squared<Q, Q, Q, B<45, 45>>("bool_mask", attend<>),
          squared<Q, Q, Q, B<batch, 1, 1, 45>>("padding", attend<>),
          squared<Q, Q, Q, F<45, 45>>("float_mask", attend<>),
          squared<F<batch, 4, 33, 8>, F<batch, 2, 33, 8>, F<batch, 2, 33, 8>>("grouped", attend<grouped>),
          squared<F<2, 200, 8>, F<2, batch, 8>, F<2, batch, 8>>("symbolic_keys", attend<>),
          squared<F<2, batch, 8>, F<2, 200, 8>, F<2, 200, 8>>("symbolic_queries", attend<causal>),
          squared<Q, Q, Q>("with_dropout", with_dropout),
          squared<Q, Q, Q>("by_hand", by_hand),
          squared<Q, Q, Q>("twice", twice)};
}

ProgramGraph joined(const std::vector<ProgramGraph>& several) {
  ProgramGraph all;
  for (const ProgramGraph& program : several) {
    all.functions.push_back(program.functions[0]);
    if (!program.slots.empty()) all.slots = program.slots;
  }
  return all;
}

Tensors inputs_of(const Function& function) {
  Tensors inputs;
  for (size_t i = 0; i < function.inputs.size(); ++i)
    inputs.push_back(draw(function.inputs[i], given_rows, {-1.5, 1.5}, function.name.str(), i));
  return inputs;
}

CompileOptions without_attention() {
  CompileOptions options = test_options();
  options.disabled_phases = {"attention"};
  return options;
}

CompileOptions on_threads(int threads) {
  CompileOptions options = test_options();
  options.threads = threads;
  return options;
}

}  // namespace

TEST_CASE("attention with scores out of memory: as in memory, and the same bits at any number of threads") {
  const ProgramGraph program = joined(programs());
  CompiledProgram alone(program, bound_rows, on_threads(1)), together(program, bound_rows, on_threads(3)),
      in_memory(program, bound_rows, without_attention());
  for (const Function& function : program.functions) {
    const std::string name = function.name.str();
    const Tensors inputs = inputs_of(function), found = alone.run(name, inputs), same = together.run(name, inputs),
                  expected = in_memory.run(name, inputs);
    REQUIRE(found.size() == expected.size());
    for (size_t i = 0; i < found.size(); ++i) {
      const std::string differs = difference(found[i], expected[i], 1e-5);
      INFO(name << ", result " << i << ": " << differs);
      CHECK(differs.empty());
      CHECK(same_bits(array_of(found[i]), array_of(same[i])));
    }
  }
}

TEST_CASE("attention on each instruction set gives the interpreter's values and gradients") {
  using Q = F<2, 40, 8>;
  using K = F<2, 37, 8>;
  const ProgramGraph program =
      joined({squared<Q, Q, Q>("causal", attend<causal>), squared<Q, K, K, B<40, 37>>("bool_mask", attend<>)});
  for (const std::string& target : host_targets()) {
    CompileOptions options = test_options();
    options.target = target;
    CompiledProgram compiled(program, bound_rows, options);
    for (const Function& function : program.functions) {
      const std::string name = function.name.str();
      const Tensors inputs = inputs_of(function), found = compiled.run(name, inputs),
                    expected = interpreted(program, name, given_rows, inputs);
      for (size_t i = 0; i < found.size(); ++i) {
        INFO(target << ", " << name << ", result " << i);
        CHECK(difference(found[i], expected[i], 1e-5).empty());
      }
    }
  }
}

TEST_CASE("a query that a mask shows no key gives zeros, and a gradient of zero") {
  using Q = F<2, 40, 4>;
  using K = F<2, 33, 4>;
  const ProgramGraph program = squared<Q, K, K, B<40, 33>>("empty_rows", attend<>);
  Tensors inputs = inputs_of(program.functions[0]);
  std::fill_n(inputs[3].elements.begin(), 5 * 33, 0.0);
  CompiledProgram apart(program, bound_rows), in_memory(program, bound_rows, without_attention());
  const Tensors found = apart.run("empty_rows", inputs), expected = in_memory.run("empty_rows", inputs);
  for (const size_t result : {size_t{0}, size_t{1}})  // the output, and the gradient of the queries
    for (long group = 0; group < 2; ++group)
      for (long i = 0; i < 5 * 4; ++i) CHECK(found[result].elements[group * 40 * 4 + i] == 0);
  for (size_t i = 0; i < found.size(); ++i) CHECK(difference(found[i], expected[i], 1e-5).empty());
}

}  // namespace stator::tests
