// reassociate changes values by rounding alone, and keeps what is not finite where it was.
#include <cmath>
#include <limits>

#include "dsl/layers/embedding.h"
#include "dsl/layers/recurrent.h"
#include "dsl/losses.h"
#include "dsl/program.h"
#include "tests/catch.h"
#include "tests/passes_values/run_passes.h"

namespace stator::tests {

namespace {

struct SmallReader {
  Embedding<5, 3> emb;
  GRU<3, 4, Recurrent{.batch_first = true}> rnn;
  Linear<4, 5> head;
  constexpr auto operator()(auto text) const { return head(rnn(emb(text)).output); }
};
using SmallText = Labels<5, batch, 6>;

constexpr auto small_reader =
    program<SmallReader>(function<"predict", SmallText>([](const auto& net, auto text) { return net(text); }),
                         train_step<SmallText, SmallText>(
                             [](const auto& net, auto text, auto next) {
                               return cross_entropy(reshape<-1, 5>(net(text)), reshape<-1>(next));
                             },
                             SGD{.lr = 0.5}));

TensorValue of(std::vector<long> extents, std::vector<double> elements) {
  return {DType::f64, std::move(extents), std::move(elements)};
}

}  // namespace

TEST_CASE("a training step and a prediction are the same up to rounding after reassociate, in short batches too") {
  Module before = Module(small_reader.graph(), {batch = 6}).after("mask,stator-differentiate,bind-symbols,simplify");
  Module after = before.after("reassociate");
  CHECK(after.count("scatter_add") == 2);
  for (const double rows : {6, 4}) {
    Arguments arguments{{}, {{"lr", 0.5}, {"step", 3}, {"valid.batch", rows}}};
    CHECK(error(after.run("train_step", arguments), before.run("train_step", arguments)) < 1e-12);
  }
  CHECK(error(after.run("predict"), before.run("predict")) < 1e-12);
}

TEST_CASE("a row that nobody looks up may be infinite after reassociate") {
  Module module(R"(
func.func @main(%t: tensor<2x1xf64> {stator.input = 0 : i64}, %i: tensor<4xi64> {stator.input = 1 : i64},
                %g: tensor<4x1xf64> {stator.input = 2 : i64}) -> (tensor<1x1xf64>, tensor<1x1xf64>) {
  %x = stator.gather %t, %i {axis = 0 : i64} : (tensor<2x1xf64>, tensor<4xi64>) -> tensor<4x1xf64>
  %gt = stator.permute %g {axes = array<i64: 1, 0>} : (tensor<4x1xf64>) -> tensor<1x4xf64>
  %xt = stator.permute %x {axes = array<i64: 1, 0>} : (tensor<4x1xf64>) -> tensor<1x4xf64>
  %a = stator.matmul %gt, %x : (tensor<1x4xf64>, tensor<4x1xf64>) -> tensor<1x1xf64>
  %b = stator.matmul %xt, %g : (tensor<1x4xf64>, tensor<4x1xf64>) -> tensor<1x1xf64>
  return %a, %b : tensor<1x1xf64>, tensor<1x1xf64>
})");
  Module after = module.after("reassociate");
  CHECK(after.count("scatter_add") > 0);
  const double infinity = std::numeric_limits<double>::infinity();
  Arguments arguments{{of({2, 1}, {3, infinity}), {DType::i64, {4}, {0, 0, 0, 0}}, of({4, 1}, {1, 2, 3, 4})}, {}};
  for (const TensorValue& result : after.run("main", arguments)) CHECK(result.elements[0] == 30);
}

}  // namespace stator::tests
