// What a user sees of eager tensors: values at once, gradients that gather, errors as sentences, memory that goes.
#include <stator/eager.h>
#include <stator/stator.h>

#include "runtime/print.h"
#include "tests/catch.h"
#include "tests/ops/compare.h"

namespace stator::tests {

namespace {

using Pair = Tensor<f32, 2>;
using Rows = Tensor<f32, batch, 3>;

EagerOptions options() { return {.seed = 5, .threads = 1, .cache = "off"}; }

NdArray pair(float a, float b) { return NdArray::from<float>({a, b}, {2}); }

template <class F> std::string message_of(F&& f) {
  try {
    f();
  } catch (const UserError& error) { return error.what(); }
  return "";
}

}  // namespace

TEST_CASE("values are there as soon as an op returns") {
  Eager eager(options());
  auto x = eager.tensor<Pair>(pair(1, -2));
  auto y = relu(x) * 3.0 + 1.0;
  CHECK(eager.array(y) == pair(4, 1));
  CHECK(eager.item(sum(y)) == 5);
  CHECK(eager.array(transpose(reshape<2, 1>(y))).extents() == NdArray::Extents{1, 2});
}

TEST_CASE("gradients gather until they are cleared") {
  Eager eager(options());
  auto x = eager.tensor<Pair>(pair(1, -2), true);
  CHECK_FALSE(eager.has_grad(x));
  sum(square(x)).backward();
  CHECK(eager.array(x.grad()) == pair(2, -4));
  sum(x * 3.0).backward();
  CHECK(eager.array(x.grad()) == pair(5, -1));
  eager.clear_grad(x);
  CHECK_FALSE(eager.has_grad(x));
  CHECK_THROWS_AS(x.grad(), UserError);
}

TEST_CASE("a value that is used several times gets all its gradients") {
  Eager eager(options());
  auto x = eager.tensor<Pair>(pair(3, 4), true);
  auto y = x * x;
  sum(y * y + y).backward();  // x^4 + x^2
  CHECK(error_of(eager.array(x.grad()), pair(4 * 27 + 6, 4 * 64 + 8)) <= 1e-6);
}

TEST_CASE("no gradient flows through detach, and none is kept under no_grad") {
  Eager eager(options());
  auto x = eager.tensor<Pair>(pair(3, 4), true);
  sum(detach(x) * x).backward();
  CHECK(eager.array(x.grad()) == pair(3, 4));
  const auto off = eager.no_grad();
  auto loss = sum(square(x));
  CHECK(message_of([&] { loss.backward(); }).find("nothing that the loss was computed from wants a gradient") !=
        std::string::npos);
}

TEST_CASE("a tape serves once, unless it is kept") {
  Eager eager(options());
  auto x = eager.tensor<Pair>(pair(3, 4), true);
  auto loss = sum(square(x));
  eager.backward_keeping_tape(loss);
  loss.backward();
  CHECK(eager.array(x.grad()) == pair(12, 16));
  CHECK(message_of([&] { loss.backward(); }).find("used up by an earlier backward") != std::string::npos);
  CHECK_THROWS_AS(square(x).backward(), UserError);
}

TEST_CASE("gradient gives one derivative and gathers nothing") {
  Eager eager(options());
  auto x = eager.tensor<Pair>(pair(3, 4), true);
  auto y = exp(x);
  auto loss = sum(square(y));
  CHECK(error_of(eager.array(gradient(loss, x)), eager.array(2.0 * square(y))) <= 1e-6);
  CHECK(error_of(eager.array(gradient(loss, y)), eager.array(2.0 * y)) <= 1e-6);
  CHECK_FALSE(eager.has_grad(x));
}

TEST_CASE("symbols take the numbers that the data has") {
  Eager eager(options());
  const NdArray three = NdArray::zeros(DType::f32, {3, 3}), five = NdArray::zeros(DType::f32, {5, 3});
  auto a = eager.tensor<Rows>(three);
  auto b = eager.tensor<Rows>(five);
  CHECK(eager.array(a + 1.0).extents() == NdArray::Extents{3, 3});
  CHECK(eager.item(mean(b + 1.0)) == 1);
  CHECK(message_of([&] { (void)(a + b); }) == "add: operands disagree on the symbol 'batch': 3 and 5");
}

TEST_CASE("mistakes are exceptions, with the sentence of the compile-time check") {
  Eager eager(options());
  CHECK(message_of([&] { (void)eager.tensor<Pair>(NdArray::zeros(DType::f64, {2})); }) ==
        "tensor: input 0 has another dtype: f64 [2] given, f32 [2] expected");
  CHECK(message_of([&] { (void)eager.tensor<Rows>(NdArray::zeros(DType::f32, {2, 4})); }).find("has other extents") !=
        std::string::npos);
  CHECK(message_of([&] {
          (void)eager.tensor<Labels<3, 1>>(NdArray::from<int64_t>({3}, {1}));
        }).find("outside its classes") != std::string::npos);
  auto a = eager.value(NdArray::zeros(DType::f32, {2, 3})), b = eager.value(NdArray::zeros(DType::f32, {4}));
  CHECK(message_of([&] { (void)(a + b); }) ==
        message_of([&] { throw UserError(rule::add::infer(Specs{std::array{a.spec, b.spec}.data(), 2}).error); }));
}

TEST_CASE("memory goes with the last handle") {
  Eager eager(options());
  const NdArray data = NdArray::zeros(DType::f32, {1 << 16});
  using Long = Tensor<f32, 1 << 16>;
  const int64_t before = eager.figures().used_bytes, values = eager.figures().values;
  {
    auto x = eager.tensor<Long>(data);
    auto y = x;
    for (int i = 0; i < 10; ++i) y = y * 2.0 + 1.0;
    CHECK(eager.figures().used_bytes - before <= 2 * data.size_bytes() + 4096);
    CHECK(eager.figures().peak_bytes - before <= 3 * data.size_bytes() + 4096);
  }
  CHECK(eager.figures().used_bytes == before);
  CHECK(eager.figures().values == values);
}

TEST_CASE("a tape that is walked, or dropped, leaves no memory behind") {
  Eager eager(options());
  using Long = Tensor<f32, 1 << 16>;
  const NdArray data = NdArray::zeros(DType::f32, {1 << 16});
  auto x = eager.tensor<Long>(data, true);
  sum(exp(x)).backward();
  eager.clear_grad(x);
  const int64_t before = eager.figures().used_bytes;
  for (int i = 0; i < 3; ++i) {
    sum(exp(tanh(x))).backward();
    eager.clear_grad(x);
    (void)sum(exp(x));
  }
  CHECK(eager.figures().used_bytes == before);
  const int64_t reserved = eager.figures().reserved_bytes;
  sum(exp(tanh(x))).backward();
  CHECK(eager.figures().reserved_bytes == reserved);
}

TEST_CASE("a value that backward needs must not have been changed since") {
  Eager eager(options());
  Module<Linear<2, 2>> net(eager);
  auto optimizer = stator::optimizer(net, SGD{.lr = 0.1});
  auto x = eager.tensor<Tensor<f32, 1, 2>>(NdArray::zeros(DType::f32, {1, 2}), true);
  auto loss = sum(net(x)), other = sum(net(x));
  loss.backward();
  optimizer.step();
  CHECK(message_of([&] { other.backward(); }).find("changed in place since") != std::string::npos);
}

TEST_CASE("batch norm follows its batches while it trains, and keeps still in evaluation") {
  Eager eager(options());
  Module<BatchNorm1d<3>> norm(eager);
  NdArray data = NdArray::zeros(DType::f32, {2, 3});
  data.at<float>({0, 1}) = 4;
  auto x = eager.tensor<Rows>(data);
  (void)norm(x);
  CHECK(error_of(eager.array(norm->running_mean.value()), NdArray::from<float>({0, 0.2f, 0}, {3})) <= 1e-6);
  CHECK(eager.item(norm->num_batches_tracked.value()) == 1);
  eager.eval();
  (void)norm(x);
  CHECK(eager.item(norm->num_batches_tracked.value()) == 1);
}

TEST_CASE("an optimizer needs gradients, and tells arguments that its rule has not") {
  Eager eager(options());
  Module<Linear<2, 1>> net(eager);
  auto optimizer = stator::optimizer(net, SGD{});
  CHECK(message_of([&] { optimizer.step(); }) == "optimizer: no parameter has a gradient: call backward before step");
  sum(net(eager.tensor<Tensor<f32, 1, 2>>(NdArray::zeros(DType::f32, {1, 2})))).backward();
  CHECK(message_of([&] { optimizer.step({.momentum = 0.5}); }).find("no optimizer has one") != std::string::npos);
}

TEST_CASE("rules of recorded functions say that they are for those") {
  Eager eager(options());
  Module<Linear<2, 1>> net(eager);
  CHECK(message_of([&] { freeze(*net); }).find("for recorded functions") != std::string::npos);
}

TEST_CASE("a recorded value has no gradients yet, and says so") {
  ProgramGraph program;
  Function function;
  Trace trace(program, function, false);
  Expr<Tensor<f32>> x{{&trace, trace.input({DType::f32, {}})}};
  CHECK(message_of([&] { x.backward(); }).find("recorded, not computed") != std::string::npos);
}

}  // namespace stator::tests
