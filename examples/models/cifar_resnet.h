// A small residual network for 32 x 32 colour images, and the program that trains and tests it.
#pragma once

#include "examples/models/resnet.h"

namespace models {

struct CifarResNet {
  Convolution<3, 16, 3> conv1;
  st::BatchNorm2d<16> bn1;
  BasicBlock<16, 16> layer1;
  BasicBlock<16, 32, 2> layer2;
  BasicBlock<32, 64, 2> layer3;
  st::Linear<64, 10> fc;

  constexpr auto operator()(auto image) const {  // [N, 3, 32, 32]
    auto x = relu(bn1(conv1(image)));            // [N, 16, 32, 32]
    auto features = layer3(layer2(layer1(x)));   // [N, 64, 8, 8]
    return fc(st::mean<2, 3>(features));         // [N, 10]
  }
};
static_assert(st::parameter_count<CifarResNet> == 78'042);

using CifarImage = st::Tensor<st::f32, st::batch, 3, 32, 32>;
using CifarClass = st::Labels<10, st::batch>;

constexpr auto cifar_resnet = st::program<CifarResNet>(
    st::function<"predict", CifarImage>([](const auto& net, auto image) { return net(image); }),
    st::function<"test", CifarImage, CifarClass>([](const auto& net, auto image, auto label) {
      auto scores = net(image);
      auto hits = st::cast<st::f32>(argmax<1>(scores) == label);
      return st::hana::make_tuple(cross_entropy<st::Reduction::sum>(scores, label), sum(hits));
    }),
    st::train_step<CifarImage, CifarClass>(
        [](const auto& net, auto image, auto label) { return cross_entropy(net(image), label); },
        st::SGD{.lr = 0.1, .momentum = 0.9, .weight_decay = 5e-4, .nesterov = true}));

}  // namespace models
