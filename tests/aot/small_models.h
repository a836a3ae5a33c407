// Small models of many kinds, whose training steps are compared across ways of compiling them.
#pragma once

#include "examples/models/convnet.h"
#include "examples/models/gpt.h"

namespace stator::tests {

/// A network of other kernels than the ConvNet's: strides, padding, functions, another optimizer.
struct Small {
  Conv2d<1, 5, 3, conv{.stride = 2}> conv1;
  Conv2d<5, 9, 3, conv{.padding = 1}> conv2;
  Linear<324, 17> fc1;
  Linear<17, 10> fc2;

  constexpr auto operator()(auto image) const {  // [N, 1, 28, 28]
    auto features = max_pool2d<2>(tanh(conv2(silu(conv1(image)))));
    return fc2(sigmoid(fc1(flatten(features))));
  }
};

constexpr auto small = program<Small>(train_step<models::Image, models::Digit>(
    [](const auto& net, auto image, auto digit) { return cross_entropy(net(image), digit); }, SGD{.lr = 0.1}));

using SmallGpt = models::Gpt<models::gpt{.vocabulary = 13, .length = 6, .width = 24, .heads = 2, .layers = 1}>;
using Tokens = Labels<13, batch, 6>;

constexpr auto small_gpt = program<SmallGpt>(train_step<Tokens, Tokens>(
    [](const auto& net, auto text, auto next) { return net.loss(text, next); }, SGD{.lr = 0.1}));

struct SmallLstm {
  Embedding<13, 7> emb;
  LSTM<7, 10, Recurrent{.batch_first = true}> rnn;
  Linear<10, 13> head;

  constexpr auto loss(auto text, auto next) const {
    return cross_entropy(reshape<-1, 13>(head(rnn(emb(text)).output)), reshape<-1>(next));
  }
};

constexpr auto small_lstm = program<SmallLstm>(train_step<Tokens, Tokens>(
    [](const auto& net, auto text, auto next) { return net.loss(text, next); }, SGD{.lr = 0.1}));

/// `rows` lines of six tokens.
inline NdArray tokens(int64_t rows, int64_t first) {
  NdArray made = NdArray::zeros(DType::i64, {rows, 6});
  for (int64_t i = 0; i < made.element_count(); ++i) made.data<int64_t>()[i] = (first + 5 * i) % 13;
  return made;
}

}  // namespace stator::tests
