// TinyVGG with 10 hidden units on 64 x 64 colour images, as in the reference fixtures, and its training step.
#pragma once

#include <stator/stator.h>

namespace models {

namespace st = stator;

template <long In> struct VggBlock {
  st::Conv2d<In, 10, 3> conv1;
  st::Conv2d<10, 10, 3> conv2;
  constexpr auto operator()(auto x) const { return max_pool2d<2>(relu(conv2(relu(conv1(x))))); }
};

struct TinyVgg {
  VggBlock<3> block1;
  VggBlock<10> block2;
  st::Linear<1690, 3> classifier;
  constexpr auto operator()(auto image) const { return classifier(flatten(block2(block1(image)))); }  // [N, 3]
};

using Picture = st::Tensor<st::f32, st::batch, 3, 64, 64>;
using Dish = st::Labels<3, st::batch>;

constexpr auto tinyvgg = st::program<TinyVgg>(st::train_step<Picture, Dish>(
    [](const auto& net, auto picture, auto dish) { return cross_entropy(net(picture), dish); }, st::Adam{.lr = 1e-3}));

}  // namespace models
