// Small programs with kernels of all forms: products with updates, loops in both directions, dropout.
#pragma once

#include <stator/stator.h>

namespace stator::tests {

struct SmallMlp {
  Linear<24, 16> fc1;
  Dropout<0.25> drop;
  Linear<16, 10> fc2;

  constexpr auto operator()(auto x) const { return fc2(drop(relu(fc1(x)))); }  // [N, 24] -> [N, 10]
};

constexpr auto small_mlp =
    program<SmallMlp>(function<"predict", Tensor<f32, batch, 24>>([](const auto& net, auto x) { return net(x); }),
                      train_step<Tensor<f32, batch, 24>, Labels<10, batch>>(
                          [](const auto& net, auto x, auto label) { return cross_entropy(net(x), label); }, Adam{}));

struct SmallLstm {
  LSTM<8, 16, Recurrent{.bidirectional = true}> rnn;

  constexpr auto operator()(auto x) const { return rnn(x).output; }  // [T, N, 8] -> [T, N, 32]
};

constexpr auto small_lstm = program<SmallLstm>(train_step<Tensor<f32, 5, batch, 8>, Tensor<f32, 5, batch, 32>>(
    [](const auto& net, auto x, auto target) { return mse_loss(net(x), target); }, Adam{}, clip_grad_norm(1.0)));

/// Values in [-0.5, 0.5), always the same.
inline NdArray some_values(const NdArray::Extents& extents) {
  NdArray array = NdArray::zeros(DType::f32, extents);
  uint32_t number = 1;
  for (float& value : array.values<float>()) {
    number = number * 1664525 + 1013904223;
    value = static_cast<float>(number >> 8) / (1 << 24) - 0.5f;
  }
  return array;
}

/// Labels below `classes`, always the same.
inline NdArray some_labels(int64_t rows, int64_t classes) {
  NdArray array = NdArray::zeros(DType::i64, {rows});
  int64_t next = 0;
  for (int64_t& label : array.values<int64_t>()) label = (next += 7) % classes;
  return array;
}

}  // namespace stator::tests
