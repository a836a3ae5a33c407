// Programs with factors of bf16 compute what the interpreter does on the same rounded values, whatever multiplies them.
#include <algorithm>

#include "dsl/layers/convolution.h"
#include "dsl/layers/linear.h"
#include "dsl/layers/recurrent.h"
#include "dsl/ops/attention.h"
#include "runtime/state.h"
#include "runtime/text.h"
#include "tests/catch.h"
#include "tests/ops/compare.h"
#include "tests/ops/draw.h"
#include "tests/ops/row.h"
#include "tests/ops/run.h"
#include "tests/passes_values/run_passes.h"
#include "tests/properties/random_graph.h"
#include "tests/properties/sample.h"

namespace stator::tests {

namespace {

using Tensors = std::vector<TensorValue>;

constexpr long bound_rows = 8, given_rows = 5;

Sample sample_of(const ProgramGraph& program) { return tests::sample_of(program, given_rows); }

template <class M, TensorLike... In, class Body> Sample layer(const std::string& name, Body body) {
  std::vector<std::string> leaves;
  return sample_of(traced_layer<M, In...>(name, leaves, {}, body));
}

struct TwoConvolutions {
  Conv2d<3, 6, 3, conv{.padding = 1}> first;
  Conv2d<6, 20, 3, conv{.stride = 2}> second;
  Linear<80, 7> head;
  constexpr auto operator()(auto image) const { return head(flatten(relu(second(relu(first(image)))))); }
};

constexpr auto forward = [](const auto& net, auto x) { return net(x); };
constexpr auto squared_output = [](const auto& net, auto x) {
  auto y = net(x).output;
  return y * y;
};
constexpr auto attend = [](auto q, auto k, auto v) {
  auto y = scaled_dot_product_attention<attention{.is_causal = true}>(q, k, v);
  return y * y;
};

/// Products, convolutions, attention and loops, with their gradients.
std::vector<Sample> networks() {
  using Q = F<batch, 2, 45, 8>;
  std::vector<Sample> samples;
  samples.push_back(layer<Linear<33, 10>, F<batch, 33>>("linear", forward));
  samples.push_back(layer<TwoConvolutions, F<batch, 3, 5, 5>>("convolutions", forward));
  samples.push_back(layer<LSTM<5, 4>, F<6, batch, 5>>("lstm", squared_output));
  samples.push_back(sample_of(traced<Q, Q, Q>("attention", attend)));
  return samples;
}

std::vector<Sample> random_samples(uint64_t first, int count) {
  std::vector<Sample> samples;
  for (int i = 0; i < count; ++i) samples.push_back(sample_of(random_program(first + static_cast<uint64_t>(i))));
  return samples;
}

CompileOptions at_bf16(const std::string& products = "chosen") {
  CompileOptions options = test_options();
  options.precision = "bf16", options.bf16_products = products;
  return options;
}

/// Each target with widened factors, and pairs where this host has them.
std::vector<CompileOptions> ways_to_multiply() {
  std::vector<CompileOptions> ways;
  for (const std::string& target : host_targets()) ways.push_back(at_bf16("widen")), ways.back().target = target;
  if (__builtin_cpu_supports("avx512bf16")) ways.push_back(at_bf16("dot"));
  return ways;
}

/// The interpreter on the IR that has the rounded factors in it.
class RoundedMeaning {
 public:
  explicit RoundedMeaning(const Sample& sample)
      : module_(Module(sample.program, {{symbol::batch, given_rows}})
                    .after("mask,stator-differentiate,bind-symbols,simplify,reassociate,layout,"
                           "precision{factors=bf16}")),
        name_(sample.name()) {
    arguments_.scalars = {{"valid.batch", given_rows}, {"seed", 0}};
    const State state = State::init(sample.program.slots, 0);
    for (const Slot& slot : sample.program.slots)
      arguments_.scalars[slot.name.str()] = state.get(slot.name.str()).item();
  }

  Tensors run(const Tensors& inputs, Arithmetic arithmetic = Arithmetic::exact) {
    arguments_.inputs = inputs;
    return module_.run(name_, arguments_, arithmetic);
  }
  int products() const { return module_.count("matmul") + module_.count("convolution"); }
  int casts() const { return module_.count("cast"); }

 private:
  Module module_;
  std::string name_;
  Arguments arguments_;
};

/// A sample, and what its results should be.
class Reference {
 public:
  explicit Reference(Sample given)
      : sample(std::move(given)), meaning_(sample), expected_(meaning_.run(sample.inputs)) {}

  /// Within f32's rounding of the meaning; where a factor may be rounded to either side, within what that does.
  void check(const Tensors& found, double tolerance = 1e-5) {
    REQUIRE(found.size() == expected_.size());
    for (size_t r = 0; r < expected_.size(); ++r) {
      if (error_of(found[r], expected_[r]) <= tolerance) continue;
      const std::string differs = difference(found[r], expected_[r], tolerance + 5 * sensitivities()[r]);
      INFO(sample.name() << ", result " << r << ": " << differs);
      CHECK(differs.empty());
    }
  }

  Sample sample;

 private:
  /// How far results move when inputs do by about a unit in the last place of an f32: a factor close to the middle of
  /// two numbers of bf16 may then become the other one.
  const std::vector<double>& sensitivities() {
    if (!moved_.empty()) return moved_;
    moved_.resize(expected_.size(), 0);
    for (size_t trial = 1; trial <= 4; ++trial) {
      Tensors shaken = sample.inputs;
      for (size_t i = 0; i < shaken.size(); ++i) {
        const TensorSpec& spec = sample.program.functions[0].inputs[i];
        const TensorValue change = draw_uniform(spec, given_rows, -1, 1, sample.name(), 100 * trial + i);
        if (!is_float(shaken[i].dtype)) continue;
        for (size_t k = 0; k < change.elements.size(); ++k) shaken[i].elements[k] *= 1 + 1e-6 * change.elements[k];
      }
      const Tensors results = meaning_.run(shaken, Arithmetic::rounded);
      for (size_t r = 0; r < expected_.size(); ++r) moved_[r] = std::max(moved_[r], error_of(results[r], expected_[r]));
    }
    return moved_;
  }

  RoundedMeaning meaning_;
  Tensors expected_;
  std::vector<double> moved_;
};

void check_all(const std::vector<Sample>& samples) {
  std::vector<Reference> references(samples.begin(), samples.end());
  for (const CompileOptions& options : ways_to_multiply()) {
    INFO(options.target << ", " << options.bf16_products);
    CompiledProgram compiled(joined(samples), bound_rows, options);
    for (Reference& reference : references)
      reference.check(compiled.run(reference.sample.name(), reference.sample.inputs));
  }
}

}  // namespace

TEST_CASE("bf16: layers and their gradients are what the interpreter makes of the rounded factors, in short batches") {
  check_all(networks());
}

TEST_CASE("bf16: so are graphs made at random") { check_all(random_samples(7001, 30)); }

TEST_CASE("bf16: each factor is rounded once") {
  const Sample sample = layer<Linear<33, 10>, F<batch, 33>>("once", forward);
  RoundedMeaning meaning(sample);
  CHECK(meaning.products() == 3);  // the result, and the gradients of the input and the weight
  CHECK(meaning.casts() == 3);     // the input, the weight and the cotangent
}

TEST_CASE("bf16: rounded factors move results by their rounding") {
  for (const Sample& sample : networks()) {
    const Tensors expected = interpreted(sample.program, sample.name(), given_rows, sample.inputs);
    const double moved = error_of(RoundedMeaning(sample).run(sample.inputs)[0], expected[0]);
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
  const Sample sample = layer<Linear<33, 10>, F<batch, 33>>("plain", forward);
  CompileOptions options = test_options();
  const Tensors plain = CompiledProgram(sample.program, bound_rows, options).run("plain", sample.inputs);
  options.bf16_products = "widen";
  const Tensors same = CompiledProgram(sample.program, bound_rows, options).run("plain", sample.inputs);
  for (size_t r = 0; r < plain.size(); ++r) CHECK(plain[r].elements == same[r].elements);
  options.precision = "f16";
  CHECK_THROWS_WITH(CompiledProgram(sample.program, bound_rows, options), "precision: 'f16' is not one of f32, bf16");
}

}  // namespace stator::tests
