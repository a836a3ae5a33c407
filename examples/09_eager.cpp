// A model op by op: values where they arise, gradients, a few steps of training; then the same model goes on compiled.
#include <cstdio>
#include <iostream>

#include <stator/eager.h>

#include "examples/models/mlp.h"
#include "runtime/cli/run_main.h"
#include "runtime/data/batches.h"
#include "runtime/data/drawn_digits.h"
#include "runtime/data/mnist.h"
#include "runtime/print.h"

namespace st = stator;

namespace {

constexpr int64_t rows = 32;

/// Batches of digits that the program draws.
class Digits {
 public:
  Digits() : set_(st::data::draw_digits(3200, 0, 0)), batches_(set_, {.rows = rows}) {}

  void next() { batches_.next(images.data<float>(), labels.data<int64_t>()); }

  st::NdArray images = st::NdArray::zeros(st::DType::f32, {rows, 1, 28, 28});
  st::NdArray labels = st::NdArray::zeros(st::DType::i64, {rows});

 private:
  st::data::ImageSet set_;
  st::data::Batches batches_;
};

/// The parts of one step, each looked at as soon as it is there.
void look_around(st::Eager& eager, const st::Module<models::Mlp>& net, Digits& digits) {
  auto image = eager.tensor<models::MlpImage>(digits.images);
  auto hidden = relu(net->fc1(flatten(image)));  // [rows, 128]
  auto logits = net->fc2(hidden);                // [rows, 10]
  auto loss = cross_entropy(logits, eager.tensor<models::MlpDigit>(digits.labels));
  std::printf("of the hidden values %.0f %% are above 0; the loss is %.4f\n",
              100 * eager.item(mean(st::cast<st::f32>(hidden > 0.0))), eager.item(loss));
  loss.backward();
  std::cout << "the gradient of fc2.bias:\n" << eager.array(net->fc2.bias.grad()) << '\n';
}

double train_at_once(st::Eager& eager, st::Module<models::Mlp>& net, auto& optimizer, Digits& digits, int steps) {
  double last = 0;
  for (int step = 0; step < steps; ++step) {
    digits.next();
    optimizer.zero_grad();
    auto loss = cross_entropy(net(eager.tensor<models::MlpImage>(digits.images)),
                              eager.tensor<models::MlpDigit>(digits.labels));
    last = eager.item(loss);
    loss.backward();
    optimizer.step({.lr = 1e-3});
  }
  return last;
}

int run() {
  st::Eager eager({.seed = 0, .threads = 1});
  st::Module<models::Mlp> net(eager);
  auto optimizer = st::optimizer(net, st::Adam{.lr = 0.01});
  Digits digits;
  digits.next();
  look_around(eager, net, digits);
  std::printf("after 50 steps op by op the loss is %.4f\n", train_at_once(eager, net, optimizer, digits, 50));

  st::State state = st::init(models::mlp, st::seed(0));
  net.store(state);
  optimizer.store(state);
  auto compiled = st::compile<"train_step">(models::mlp, st::batch = rows);
  double loss = 0;
  for (int step = 0; step < 50; ++step) {
    digits.next();
    loss = compiled.step(state, digits.images, digits.labels, {.lr = 1e-3});
  }
  std::printf("after 50 more steps compiled it is %.4f\n", loss);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  return st::cli::run_main(argc, argv, [](int, char**) { return run(); });
}
