// Programs whose factors of bf16 are multiplied by AMX's tiles compute what the interpreter does on the same factors.
#include <cmath>

#include "compiler/cpu/bfloat16_products.h"
#include "dsl/layers/convolution.h"
#include "dsl/layers/linear.h"
#include "dsl/layers/recurrent.h"
#include "examples/models/convnet.h"
#include "tests/amx/emulator.h"
#include "tests/catch.h"
#include "tests/e2e/digits.h"
#include "tests/ops/compare.h"
#include "tests/ops/row.h"
#include "tests/properties/layer_samples.h"
#include "tests/properties/random_graph.h"
#include "tests/properties/rounded_meaning.h"

namespace stator::tests {

namespace {

constexpr long bound_rows = 40, given_rows = 37;

/// Tiles run here by themselves, or by an emulator for as long as this lives.
class Tiles {
 public:
  bool can_run() const {
    const bool has_dot = cpu::hostHasDot();
    if (!has_dot) WARN("skipped: this host has no AVX512_BF16, which the target of AMX takes for small products");
    return has_dot;
  }
  /// Whether tiles were in use since this was made; not known where the processor runs them.
  bool were_used() const { return amx::native() || amx::emulated() > before_; }

 private:
  amx::Emulator emulator_;
  int64_t before_ = amx::emulated();
};

/// Layers with their gradients.
std::vector<Sample> networks() {
  std::vector<Sample> samples;
  samples.push_back(layer_sample<Linear<70, 50>, F<batch, 70>>("linear", given_rows, forward));
  samples.push_back(layer_sample<TwoConvolutions<16, 180>, F<batch, 3, 8, 8>>("convolutions", given_rows, forward));
  samples.push_back(layer_sample<LSTM<20, 16>, F<3, batch, 20>>("lstm", given_rows, squared_output));
  return samples;
}

CompiledProgram by_tiles(const std::vector<Sample>& samples, int threads) {
  CompileOptions options = at_bf16("tile");
  options.threads = threads;
  return CompiledProgram(joined(samples), bound_rows, options);
}

void check_all(const std::vector<Sample>& samples) {
  CompiledProgram compiled = by_tiles(samples, 2);
  for (const Sample& sample : samples)
    RoundedReference(sample, given_rows).check(compiled.run(sample.name(), sample.inputs));
}

/// The loss of a step on 29 of 32 digits, and a weight's change by it.
struct Step {
  double loss;
  std::vector<float> weight;
};

constexpr auto descent = program<models::ConvNet>(train_step<models::Image, models::Digit>(
    [](const auto& net, auto image, auto digit) { return nll_loss(net(image), digit); }, SGD{.lr = 1}));

Step step_by(const std::string& products) {
  constexpr int64_t rows = 32, given = 29;
  const Batch batch_of_digits = digit_batches(1, rows)[0].rows(0, given);
  State state = init(descent, seed(5));
  auto compiled = compile<"train_step">(descent, batch = rows, at_bf16(products));
  const double loss = compiled.step(state, batch_of_digits.images, batch_of_digits.labels);
  const NdArray weight = state.get("conv2.weight");
  return {loss, {weight.values<float>().begin(), weight.values<float>().end()}};
}

}  // namespace

TEST_CASE("tiles: layers and their gradients are what the interpreter makes of the rounded factors, in short batches") {
  Tiles tiles;
  if (!tiles.can_run()) return;
  check_all(networks());
  CHECK(tiles.were_used());
}

TEST_CASE("tiles: so are graphs made at random") {
  Tiles tiles;
  if (!tiles.can_run()) return;
  std::vector<Sample> samples;
  for (uint64_t seed = 7101; seed < 7109; ++seed) samples.push_back(sample_of(random_program(seed), given_rows));
  check_all(samples);
  CHECK(tiles.were_used());
}

TEST_CASE("tiles: any number of threads gives the same bits") {
  Tiles tiles;
  if (!tiles.can_run()) return;
  const std::vector<Sample> samples = networks();
  CompiledProgram alone = by_tiles(samples, 1), together = by_tiles(samples, 2);
  for (const Sample& sample : samples) {
    const auto one = alone.run(sample.name(), sample.inputs), two = together.run(sample.name(), sample.inputs);
    for (size_t r = 0; r < one.size(); ++r) CHECK(one[r].elements == two[r].elements);
  }
}

TEST_CASE("tiles: a training step of the ConvNet is that of widened factors") {
  Tiles tiles;
  if (!tiles.can_run()) return;
  const Step tile = step_by("tile"), widened = step_by("widen");
  CHECK(tiles.were_used());
  CHECK(tile.loss == Approx(widened.loss).epsilon(1e-5));
  double difference = 0, largest = 0;
  for (size_t i = 0; i < tile.weight.size(); ++i) {
    difference = std::max(difference, std::abs(double(tile.weight[i]) - double(widened.weight[i])));
    largest = std::max(largest, std::abs(double(widened.weight[i])));
  }
  CHECK(difference <= 1e-3 * largest);
}

}  // namespace stator::tests
