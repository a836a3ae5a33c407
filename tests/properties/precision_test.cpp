// Programs with factors of bf16 compute what the interpreter does on the same rounded values, whatever multiplies them.
#include "dsl/layers/convolution.h"
#include "dsl/layers/linear.h"
#include "dsl/layers/recurrent.h"
#include "dsl/ops/attention.h"
#include "tests/catch.h"
#include "tests/ops/compare.h"
#include "tests/ops/row.h"
#include "tests/properties/layer_samples.h"
#include "tests/properties/random_graph.h"
#include "tests/properties/rounded_meaning.h"

namespace stator::tests {

namespace {

using Tensors = std::vector<TensorValue>;

constexpr long bound_rows = 8, given_rows = 5;

constexpr auto attend = [](auto q, auto k, auto v) {
  auto y = scaled_dot_product_attention<attention{.is_causal = true}>(q, k, v);
  return y * y;
};

/// Products, convolutions, attention and loops, with their gradients.
std::vector<Sample> networks() {
  using Q = F<batch, 2, 45, 8>;
  std::vector<Sample> samples;
  samples.push_back(layer_sample<Linear<33, 10>, F<batch, 33>>("linear", given_rows, forward));
  samples.push_back(layer_sample<TwoConvolutions<6, 80>, F<batch, 3, 5, 5>>("convolutions", given_rows, forward));
  samples.push_back(layer_sample<LSTM<5, 4>, F<6, batch, 5>>("lstm", given_rows, squared_output));
  samples.push_back(sample_of(traced<Q, Q, Q>("attention", attend), given_rows));
  return samples;
}

std::vector<Sample> random_samples(uint64_t first, int count) {
  std::vector<Sample> samples;
  for (int i = 0; i < count; ++i)
    samples.push_back(sample_of(random_program(first + static_cast<uint64_t>(i)), given_rows));
  return samples;
}

/// Each target with widened factors, and pairs where this host has them.
std::vector<CompileOptions> ways_to_multiply() {
  std::vector<CompileOptions> ways;
  for (const std::string& target : host_targets()) ways.push_back(at_bf16("widen")), ways.back().target = target;
  if (__builtin_cpu_supports("avx512bf16")) ways.push_back(at_bf16("dot"));
  return ways;
}

void check_all(const std::vector<Sample>& samples) {
  std::vector<RoundedReference> references;
  for (const Sample& sample : samples) references.emplace_back(sample, given_rows);
  for (const CompileOptions& options : ways_to_multiply()) {
    INFO(options.target << ", " << options.bf16_products);
    CompiledProgram compiled(joined(samples), bound_rows, options);
    for (RoundedReference& reference : references)
      reference.check(compiled.run(reference.sample.name(), reference.sample.inputs));
  }
}

}  // namespace

TEST_CASE("bf16: layers and their gradients are what the interpreter makes of the rounded factors, in short batches") {
  check_all(networks());
}

TEST_CASE("bf16: so are graphs made at random") { check_all(random_samples(7001, 30)); }

TEST_CASE("bf16: each factor is rounded once") {
  const Sample sample = layer_sample<Linear<33, 10>, F<batch, 33>>("once", given_rows, forward);
  RoundedMeaning meaning(sample, given_rows);
  CHECK(meaning.products() == 3);  // the result, and the gradients of the input and the weight
  CHECK(meaning.casts() == 3);     // the input, the weight and the cotangent
}

TEST_CASE("bf16: rounded factors move results by their rounding") {
  for (const Sample& sample : networks()) {
    const Tensors expected = interpreted(sample.program, sample.name(), given_rows, sample.inputs);
    const double moved = error_of(RoundedMeaning(sample, given_rows).run(sample.inputs)[0], expected[0]);
    INFO(sample.name() << " by " << moved);
    CHECK(moved > 0x1p-13);
    CHECK(moved < 0x1p-5);
  }
}

TEST_CASE("bf16: any number of threads gives the same bits") {
  const std::vector<Sample> samples = networks();
  for (CompileOptions options : ways_to_multiply()) {
    options.threads = 1;
    CompiledProgram alone(joined(samples), bound_rows, options);
    options.threads = 2;
    CompiledProgram together(joined(samples), bound_rows, options);
    for (const Sample& sample : samples) {
      const Tensors one = alone.run(sample.name(), sample.inputs), two = together.run(sample.name(), sample.inputs);
      for (size_t r = 0; r < one.size(); ++r) CHECK(one[r].elements == two[r].elements);
    }
  }
}

TEST_CASE("bf16: never by surprise, and an unknown precision is told with those there are") {
  const Sample sample = layer_sample<Linear<33, 10>, F<batch, 33>>("plain", given_rows, forward);
  CompileOptions options = test_options();
  const Tensors plain = CompiledProgram(sample.program, bound_rows, options).run("plain", sample.inputs);
  options.bf16_products = "widen";
  const Tensors same = CompiledProgram(sample.program, bound_rows, options).run("plain", sample.inputs);
  for (size_t r = 0; r < plain.size(); ++r) CHECK(plain[r].elements == same[r].elements);
  options.precision = "f16";
  CHECK_THROWS_WITH(CompiledProgram(sample.program, bound_rows, options), "precision: 'f16' is not one of f32, bf16");
}

}  // namespace stator::tests
