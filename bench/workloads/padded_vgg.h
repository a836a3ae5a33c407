// TinyVGG as it is often drawn: its convolutions keep the size of what they read.
#pragma once

#include <stator/stator.h>

namespace bench {

namespace st = stator;

template <long In, long Out> using KeepingConvolution = st::Conv2d<In, Out, 3, st::conv{.padding = 1}>;
template <long In, long Out> using KeepingBlock =
    st::Sequential<KeepingConvolution<In, Out>, st::ReLU, KeepingConvolution<Out, Out>, st::ReLU, st::MaxPool2d<2>>;

struct PaddedVgg {
  KeepingBlock<3, 10> block1;
  KeepingBlock<10, 10> block2;
  st::Linear<2560, 3> classifier;

  constexpr auto operator()(auto photo) const {         // [N, 3, 64, 64]
    return classifier(flatten(block2(block1(photo))));  // [N, 3]
  }
};

constexpr auto padded_vgg =
    st::program<PaddedVgg>(st::train_step<st::Tensor<st::f32, st::batch, 3, 64, 64>, st::Labels<3, st::batch>>(
        [](const auto& net, auto photo, auto dish) { return cross_entropy(net(photo), dish); }, st::Adam{.lr = 1e-3}));

}  // namespace bench
