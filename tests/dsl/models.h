// The models that the tests of tracing and reflection share.
#pragma once

#include "dsl/stator.h"

namespace models {

namespace st = stator;

/// The ConvNet of the examples, 300,426 parameters.
struct ConvNet {
  st::Conv2d<1, 16, 3> conv1;
  st::Conv2d<16, 32, 3> conv2;
  st::Dropout2d<0.10> drop1;
  st::Linear<4608, 64> fc1;
  st::Dropout<0.25> drop2;
  st::Linear<64, 10> fc2;

  constexpr auto operator()(auto image) const {  // [N, 1, 28, 28]
    auto features = st::max_pool2d<2>(relu(conv2(relu(conv1(image)))));
    auto hidden = drop2(relu(fc1(flatten(drop1(features)))));
    return log_softmax(fc2(hidden));  // [N, 10]
  }
};
using Image = st::Tensor<st::f32, st::batch, 1, 28, 28>;
using Digit = st::Labels<10, st::batch>;

/// Named as GPT-2's modules are, so that its state-dict names are known; a template, with blocks in an array.
template <long Width> struct Attention {
  st::Linear<Width, 3 * Width> c_attn;
  st::Linear<Width, Width> c_proj;
  constexpr auto operator()(auto x) const { return c_proj(relu(st::matmul(c_attn(x), c_attn.weight))); }
};
template <long Width> struct Block {
  Attention<Width> attn;
  st::Dropout<0.1> drop;
  constexpr auto operator()(auto x) const { return x + drop(attn(x)); }
};
struct Nothing {};
template <long Width, int Depth> struct Tower {
  int heads = 4;  // members that only configure are no layers
  bool causal = true;
  double scale = 0.5;
  Nothing nothing;
  std::array<Block<Width>, Depth> h;
  st::Linear<Width, 2, false> head;

  constexpr auto operator()(auto x) const {
    for (const auto& block : h) x = block(x);
    return head(x * scale);
  }
};
using SmallTower = Tower<8, 3>;
using Rows = st::Tensor<st::f32, st::batch, 8>;

inline constexpr auto digits = st::program<ConvNet>(
    st::function<"predict", Image>([](const auto& net, auto image) { return net(image); }),
    st::train_step<Image, Digit>([](const auto& net, auto image, auto digit) { return nll_loss(net(image), digit); },
                                 st::Adadelta{}));
inline constexpr auto tower = st::program<SmallTower>(
    st::train_step<Rows>([](const auto& net, auto x) { return mean(square(net(x))); }, st::Adam{}));

}  // namespace models
