// A classifier of two fully connected layers, and the program that trains and tests it.
#pragma once

#include <stator/stator.h>

namespace models {

namespace st = stator;

struct Mlp {
  st::Linear<784, 128> fc1;
  st::Linear<128, 10> fc2;

  constexpr auto operator()(auto image) const {  // [N, 1, 28, 28]
    return fc2(relu(fc1(flatten(image))));       // [N, 10]
  }
};

using MlpImage = st::Tensor<st::f32, st::batch, 1, 28, 28>;
using MlpDigit = st::Labels<10, st::batch>;

constexpr auto mlp =
    st::program<Mlp>(st::function<"predict", MlpImage>([](const auto& net, auto image) { return net(image); }),
                     st::function<"test", MlpImage, MlpDigit>([](const auto& net, auto image, auto digit) {
                       auto logits = net(image);
                       auto hits = st::cast<st::f32>(argmax<1>(logits) == digit);
                       return st::hana::make_tuple(cross_entropy<st::Reduction::sum>(logits, digit), sum(hits));
                     }),
                     st::train_step<MlpImage, MlpDigit>(
                         [](const auto& net, auto image, auto digit) { return cross_entropy(net(image), digit); },
                         st::Adam{.lr = 0.01}));

}  // namespace models
