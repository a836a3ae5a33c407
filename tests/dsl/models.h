// The models that the tests of tracing and reflection share: the ConvNet of the examples, and a tower of blocks.
#pragma once

#include "examples/models/convnet.h"

namespace models {

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

inline constexpr auto tower = st::program<SmallTower>(
    st::train_step<Rows>([](const auto& net, auto x) { return mean(square(net(x))); }, st::Adam{}));

}  // namespace models
