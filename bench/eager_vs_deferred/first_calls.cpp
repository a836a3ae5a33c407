// What the first call of an op of a new shape costs while the cache on disk is off: `bench_first_calls ROUNDS` prints
// one line of JSON. Each round has a context of its own, and the best round counts: a busy machine only adds.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>

#include "bench/eager_vs_deferred/models.h"

namespace {

namespace st = stator;
using Clock = std::chrono::steady_clock;
using nlohmann::json;
using Work = std::function<void()>;

/// One op or layer, or one update. `prepare` makes its tensors, which is not timed.
struct FirstCall {
  const char* name;
  std::function<Work(st::Eager&)> prepare;
  bool is_update = false;
};

template <st::TensorLike T> auto drawn(st::Eager& eager) {
  st::NdArray::Extents extents;
  for (int axis = 0; axis < T::spec.rank(); ++axis) extents.push_back(T::spec.extents[axis].number);
  return eager.tensor<T>(bench::normal_draws(extents), true);
}

template <st::TensorLike... In> auto op(auto call) {
  return [=](st::Eager& eager) -> Work {
    return [call, given = std::make_tuple(drawn<In>(eager)...)] { (void)std::apply(call, given); };
  };
}

template <class Layer, st::TensorLike In> auto layer() {
  return [](st::Eager& eager) -> Work {
    return [module = std::make_shared<st::Module<Layer>>(eager), given = drawn<In>(eager)] { (void)(*module)(given); };
  };
}

/// The update of all parameters of a model that has gradients.
auto update(const char* model) {
  return [=](st::Eager& eager) -> Work {
    Work step;
    bench::with_case(model, 0, [&](const auto& what) {
      using C = std::remove_cvref_t<decltype(what)>;
      auto net = std::make_shared<st::Module<typename C::model>>(eager);
      auto optimizer = st::hana::unpack(what.options, [&](const auto&... option) {
        return std::make_shared<typename C::optimizer>(*net, what.rule, option...);
      });
      const auto inputs = what.draw(8);
      auto loss =
          what.loss(**net, eager.tensor<typename C::input>(inputs[0]), eager.tensor<typename C::target>(inputs[1]));
      loss.backward();
      step = [net, optimizer] { optimizer->step(); };
    });
    return step;
  };
}

using Matrix = st::Tensor<st::f32, 32, 784>;
using Weight = st::Tensor<st::f32, 784, 128>;
using Scores = st::Tensor<st::f32, 32, 4, 64, 32>;
using Values = st::Tensor<st::f32, 32, 4, 32, 64>;
using Photos = st::Tensor<st::f32, 32, 16, 28, 28>;
using Filters = st::Tensor<st::f32, 32, 16, 3, 3>;
using Tokens = st::Tensor<st::f32, 32, 64, 128>;
using Features = st::Tensor<st::f32, 128>;
using Heads = st::Tensor<st::f32, 32, 4, 64, 64>;

std::vector<FirstCall> first_calls() {
  auto multiply = [](auto a, auto b) { return matmul(a, b); };
  return {
      {"relu", op<Tokens>([](auto x) { return relu(x); })},
      {"gelu", op<Tokens>([](auto x) { return gelu(x); })},
      {"a + b", op<Tokens, Tokens>([](auto a, auto b) { return a + b; })},
      {"a + b, b along rows", op<Tokens, Features>([](auto a, auto b) { return a + b; })},
      {"3 x", op<Tokens>([](auto x) { return 3.0 * x; })},
      {"product 32 x 784 x 128", op<Matrix, Weight>(multiply)},
      {"128 products 64 x 32 x 64", op<Scores, Values>(multiply)},
      {"convolution 3 x 3, 16 to 32", op<Photos, Filters>([](auto x, auto w) { return conv2d(x, w); })},
      {"max pool 2 x 2", op<Photos>([](auto x) { return max_pool2d<2>(x); })},
      {"sum of all", op<Tokens>([](auto x) { return sum(x); })},
      {"softmax of rows", op<Heads>([](auto x) { return softmax<-1>(x); })},
      {"layer norm", layer<st::LayerNorm<128>, Tokens>()},
      {"batch norm", layer<st::BatchNorm2d<16>, Photos>()},
      {"dropout", layer<st::Dropout<0.5>, Tokens>()},
      {"update of the MLP, Adam", update("mlp"), true},
      {"update of TinyVGG, Adam", update("tinyvgg"), true},
      {"update of the GPT, AdamW", update("char_gpt"), true},
  };
}

/// The best of all rounds, in milliseconds; `row`: what was compiled and what was linked.
double first_call(const FirstCall& call, int rounds, bool records, json& row) {
  double best = 0;
  for (int round = 0; round < rounds; ++round) {
    st::Eager eager({.seed = 0, .threads = 1, .cache = "off"});
    const Work work = call.prepare(eager);
    std::optional<st::Eager::NoGrad> off;
    if (!records) off.emplace(eager);
    const st::EagerFigures before = eager.figures();
    const Clock::time_point start = Clock::now();
    work();
    const double taken = std::chrono::duration<double, std::milli>(Clock::now() - start).count();
    const st::EagerFigures after = eager.figures();
    best = round ? std::min(best, taken) : taken;
    row["compiled"] = after.compiled - before.compiled;
    row["from_family"] = after.from_family - before.from_family;
  }
  return best;
}

json measure(const FirstCall& call, int rounds) {
  json row{{"name", call.name}};
  if (!call.is_update) row["forward_ms"] = first_call(call, rounds, false, row);
  row["first_ms"] = first_call(call, rounds, true, row);
  return row;
}

}  // namespace

int main(int count, char** arguments) {
  try {
    json rows = json::array();
    for (const FirstCall& call : first_calls()) rows.push_back(measure(call, count > 1 ? std::atoi(arguments[1]) : 5));
    std::printf("%s\n", rows.dump().c_str());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
