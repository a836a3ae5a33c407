// Batch normalisation over steps: running statistics are PyTorch's, valid rows alone count, and states go on from
// files.
#include <cmath>

#include "dsl/stator.h"
#include "runtime/philox.h"
#include "tests/catch.h"
#include "tests/ops/compare.h"
#include "tests/ops/run.h"
#include "tests/ops/torch_cases.h"
#include "tests/runtime/support.h"

namespace stator::tests {

namespace {

/// "train" and "eval": what layer `L`, called `net`, gives for an input of type `X`, and the gradients that follow from
/// a cotangent.
template <class L, class X> constexpr auto both_modes() {
  auto body = [](const auto& net, auto x, auto cotangent) {
    auto y = net(x);
    return hana::make_tuple(y, gradient(sum(y * cotangent), x));
  };
  return program<L>(training_function<"train", X, X>(body), function<"eval", X, X>(body));
}

/// Compares one call on the values of a reference case with PyTorch's results, and the state that it leaves.
template <class L, class X> void check_case(const std::string& name, const char* mode) {
  INFO(name);
  const auto modes = both_modes<L, X>();
  State state = init(modes, seed(0));
  for (const Slot& slot : state.slots()) {
    if (slot.name.view() != "num_batches_tracked")
      state.set(slot.name.str(), array_of(torch_tensor(name, slot.name.str())));
    else if (name.ends_with("cumulative")) state.set("num_batches_tracked", NdArray::from<int64_t>({2}, {}));
  }
  auto compiled = compile(modes, test_options());
  const NdArray x = array_of(torch_tensor(name, "in.x")), cotangent = array_of(torch_tensor(name, "ct.y"));
  const NdArray* const inputs[]{&x, &cotangent};
  const auto results = compiled.call_function(mode, state, inputs);
  CHECK(error_of(results[0], torch_tensor(name, "out.y")) <= 1e-5);
  CHECK(error_of(results[1], torch_tensor(name, "grad.x")) <= 1e-5);
  const std::string from = std::string(mode) == "train" ? "out." : "";
  for (const char* statistic : {"running_mean", "running_var"})
    CHECK(error_of(state.get(statistic), torch_tensor(name, from + statistic)) <= 1e-6);
}

using Images = Tensor<f32, 3, 2, 3, 4>;
using Rows = Tensor<f32, batch, 5>;

struct Net {
  Linear<5, 7> fc1;
  BatchNorm1d<7> norm1;
  Linear<7, 5> fc2;
  constexpr auto operator()(auto x) const { return fc2(relu(norm1(fc1(x)))); }
};
constexpr auto net = program<Net>(
    train_step<Rows>([](const auto& model, auto x) { return mse_loss(model(x), x); }, SGD{.lr = 0.1, .momentum = 0.9}),
    function<"predict", Rows>([](const auto& model, auto x) { return model(x); }));

struct Twice {
  BatchNorm1d<5> norm;
  constexpr auto operator()(auto x) const { return norm(norm(x) * 3.0 + 1.0); }
};

NdArray drawn_rows(int64_t rows, uint64_t seed) {
  NdArray made = NdArray::zeros(DType::f32, {rows, 5});
  const RandomStream draws{seed, 0, 0};
  for (size_t i = 0; i < made.values<float>().size(); ++i) made.values<float>()[i] = normal(draws, i);
  return made;
}

}  // namespace

TEST_CASE("batch norm leaves the running statistics that PyTorch does") {
  check_case<BatchNorm2d<2>, Images>("batch_norm2d__train_4d", "train");
  check_case<BatchNorm2d<2, batchnorm{.momentum = cumulative}>, Images>("batch_norm2d__train_cumulative", "train");
  check_case<BatchNorm2d<2>, Images>("batch_norm2d__eval_4d", "eval");
}

TEST_CASE("a partial batch gives the statistics of its rows") {
  State padded = init(net, seed(3)), exact = init(net, seed(3));
  auto at_32 = compile<"train_step">(net, batch = 32, test_options());
  auto at_9 = compile<"train_step">(net, batch = 9, test_options());
  for (uint64_t i = 0; i < 3; ++i) {
    const NdArray rows = drawn_rows(9, i);
    CHECK(at_32.step(padded, rows) == Approx(at_9.step(exact, rows)).epsilon(1e-5));
  }
  for (const std::string& name : exact.names()) {
    INFO(name);
    CHECK(error_of(padded.get(name), exact.get(name)) <= 1e-5);
  }
  CHECK(padded.get("norm1.num_batches_tracked").item() == 3);
}

TEST_CASE("a single row leaves the running statistics finite") {
  State state = init(net, seed(3));
  auto compiled = compile<"train_step">(net, batch = 8, test_options());
  compiled.step(state, drawn_rows(1, 0));
  const NdArray variances = state.get("norm1.running_var");
  for (float variance : variances.values<float>()) CHECK(variance == Approx(0.9));
}

TEST_CASE("values far from 0 keep their variance") {
  using Far = Tensor<f32, 64, 3>;
  using Layer = BatchNorm1d<3, batchnorm{.eps = 0, .affine = false}>;
  const auto modes = both_modes<Layer, Far>();
  NdArray x = NdArray::zeros(DType::f32, {64, 3});
  for (size_t i = 0; i < 192; ++i) x.values<float>()[i] = 4096 + (i / 3 % 2 ? 0.25f : -0.25f);
  State state = init(modes, seed(0));
  auto compiled = compile<"train">(modes, test_options());
  for (float y : compiled.call<"train">(state, x, x).values<float>()) CHECK(std::abs(y) == Approx(1).epsilon(1e-5));
}

TEST_CASE("a layer that is called twice follows both batches in turn") {
  const auto twice = program<Twice>(training_function<"train", Rows>([](const auto& m, auto x) { return m(x); }));
  State state = init(twice, seed(0));
  auto compiled = compile(twice, batch = 16, test_options());
  compiled.call<"train">(state, drawn_rows(16, 0));
  CHECK(state.get("norm.num_batches_tracked").item() == 2);
  // The second batch has mean 1 and variance 9 * 16 / 15; the first one's part has lost a tenth.
  const NdArray x = drawn_rows(16, 0);
  double mean = 0;
  for (size_t i = 0; i < 80; i += 5) mean += x.values<float>()[i] / 16;
  CHECK(state.get("norm.running_mean").values<float>()[0] == Approx(0.9 * 0.1 * mean + 0.1).epsilon(1e-5));
}

TEST_CASE("training with batch norm goes on from a file bit for bit") {
  const TemporaryFolder folder;
  const std::string path = folder / "state.safetensors";
  auto compiled = compile(net, batch = 16, test_options());
  State whole = init(net, seed(5));
  for (uint64_t i = 0; i < 6; ++i) {
    if (i == 3) whole.save(path);
    compiled.step(whole, drawn_rows(16, i));
  }
  State resumed = init(net, seed(6));
  resumed.load(path);
  for (uint64_t i = 3; i < 6; ++i) compiled.step(resumed, drawn_rows(16, i));
  for (const std::string& name : whole.names()) {
    INFO(name);
    CHECK(same_bits(whole.get(name), resumed.get(name)));
  }
  CHECK(same_bits(compiled.call<"predict">(whole, drawn_rows(4, 9)).clone(),
                  compiled.call<"predict">(resumed, drawn_rows(4, 9))));
}

}  // namespace stator::tests
