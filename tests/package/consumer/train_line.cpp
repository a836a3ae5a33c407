// Fits the same line in this process: deferred, compiled while it runs, and op by op.
#include <stator/eager.h>

#include <cstdio>

#include "program.h"

namespace {

constexpr int points = 16, steps = 500;

stator::NdArray column(double slope, double offset) {
  stator::NdArray all = stator::NdArray::empty(stator::DType::f32, {points, 1});
  for (int i = 0; i < points; ++i) all.values<float>()[i] = static_cast<float>(slope * (i / 8.0 - 1) + offset);
  return all;
}

void print(const char* how, const stator::State& state) {
  std::printf("%s: y = %.3f x + %.3f\n", how, state.get("weight").item(), state.get("bias").item());
}

}  // namespace

int main() {
  const stator::NdArray x = column(1, 0), y = column(2, -1);
  stator::State state = stator::init(line, stator::seed(1));
  auto compiled = stator::compile(line, stator::batch = points);
  for (int step = 0; step < steps; ++step) (void)compiled.step(state, x, y);
  print("deferred", state);

  stator::Eager eager({.seed = 1, .threads = 1});
  stator::Module<stator::Linear<1, 1>> net(eager);
  auto optimizer = stator::optimizer(net, stator::SGD{.lr = 0.1});
  for (int step = 0; step < steps; ++step) {
    optimizer.zero_grad();
    mse_loss((*net)(eager.tensor<Points>(x)), eager.tensor<Points>(y)).backward();
    optimizer.step();
  }
  net.store(state);
  print("eager", state);
}
