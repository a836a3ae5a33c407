// A residual net of stages 16-32-64, one block each, without batch norm, on 32 x 32 colour images, and its training
// step.
#pragma once

#include <stator/stator.h>

namespace models {

namespace st = stator;

template <long In, long Out, long Kernel, long Stride> using Convolution =
    st::Conv2d<In, Out, Kernel, st::conv{.stride = Stride, .padding = Kernel / 2, .bias = false}>;

template <long In, long Out, long Stride> struct Residual {
  Convolution<In, Out, 3, Stride> first;
  Convolution<Out, Out, 3, 1> second;
  [[no_unique_address]] std::conditional_t<In == Out && Stride == 1, st::Absent, Convolution<In, Out, 1, Stride>>
      shortcut;
  constexpr auto operator()(auto x) const {
    auto y = second(relu(first(x)));
    if constexpr (In == Out && Stride == 1) return relu(y + x);
    else return relu(y + shortcut(x));
  }
};

struct CifarResnet {
  Convolution<3, 16, 3, 1> stem;
  Residual<16, 16, 1> stage1;
  Residual<16, 32, 2> stage2;
  Residual<32, 64, 2> stage3;
  st::Linear<64, 10> fc;
  constexpr auto operator()(auto image) const {  // [N, 3, 32, 32]
    auto features = stage3(stage2(stage1(relu(stem(image)))));
    return fc(flatten(st::adaptive_avg_pool2d<1>(features)));  // [N, 10]
  }
};

using SmallPicture = st::Tensor<st::f32, st::batch, 3, 32, 32>;
using Kind = st::Labels<10, st::batch>;

constexpr auto cifar_resnet = st::program<CifarResnet>(st::train_step<SmallPicture, Kind>(
    [](const auto& net, auto image, auto kind) { return cross_entropy(net(image), kind); },
    st::SGD{.lr = 0.1, .momentum = 0.9, .weight_decay = 5e-4, .nesterov = true}));

}  // namespace models
