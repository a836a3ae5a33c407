// TinyVGG: a classifier of 64 x 64 colour photographs in two blocks of convolutions.
#pragma once

#include <stator/stator.h>

namespace models {

namespace st = stator;

/// Two 3 x 3 convolutions without padding; what pools their result is no part of the block's names.
template <long In, long Out> using TwoConvolutions =
    st::Sequential<st::Conv2d<In, Out, 3>, st::ReLU, st::Conv2d<Out, Out, 3>, st::ReLU>;

template <long Classes> struct TinyVGG {
  TwoConvolutions<3, 10> conv_block_1;
  TwoConvolutions<10, 10> conv_block_2;
  st::Sequential<st::Flatten<>, st::Linear<1690, Classes>> classifier;

  constexpr auto operator()(auto photo) const {           // [N, 3, 64, 64]
    auto coarse = max_pool2d<2>(conv_block_1(photo));     // [N, 10, 30, 30]
    auto features = max_pool2d<2>(conv_block_2(coarse));  // [N, 10, 13, 13]
    return classifier(features);                          // [N, Classes]
  }
};
static_assert(st::parameter_count<TinyVGG<3>> == 8'083);

using Photo = st::Tensor<st::f32, st::batch, 3, 64, 64>;
using Dish = st::Labels<3, st::batch>;

constexpr auto tinyvgg = st::program<TinyVGG<3>>(
    st::function<"predict", Photo>([](const auto& net, auto photo) { return net(photo); }),
    st::function<"test", Photo, Dish>([](const auto& net, auto photo, auto dish) {
      auto scores = net(photo);
      auto hits = st::cast<st::f32>(argmax<1>(scores) == dish);
      return st::hana::make_tuple(cross_entropy<st::Reduction::sum>(scores, dish), sum(hits));
    }),
    st::train_step<Photo, Dish>([](const auto& net, auto photo, auto dish) { return cross_entropy(net(photo), dish); },
                                st::Adam{.lr = 1e-3}));

}  // namespace models
