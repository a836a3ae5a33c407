// A small convolutional classifier of 28 x 28 grey images, and the program that trains and tests it.
#pragma once

#include <stator/stator.h>

namespace models {

namespace st = stator;

struct ConvNet {
  st::Conv2d<1, 16, 3> conv1;
  st::Conv2d<16, 32, 3> conv2;
  st::Dropout2d<0.10> drop1;
  st::Linear<4608, 64> fc1;
  st::Dropout<0.25> drop2;
  st::Linear<64, 10> fc2;

  constexpr auto operator()(auto image) const {  // [N, 1, 28, 28]
    auto features = max_pool2d<2>(relu(conv2(relu(conv1(image)))));
    auto hidden = drop2(relu(fc1(flatten(drop1(features)))));
    return log_softmax(fc2(hidden));  // [N, 10]
  }
};
static_assert(st::parameter_count<ConvNet> == 300'426);

using Image = st::Tensor<st::f32, st::batch, 1, 28, 28>;
using Digit = st::Labels<10, st::batch>;
static_assert(st::flops<ConvNet, Image> == 6'094'208);

/// The summed loss and the number of hits of a batch.
constexpr auto judge(auto scores, auto digit) {
  auto hits = st::cast<st::f32>(argmax<1>(scores) == digit);
  return st::hana::make_tuple(nll_loss<st::Reduction::sum>(scores, digit), sum(hits));
}

constexpr auto convnet = st::program<ConvNet>(
    st::function<"predict", Image>([](const auto& net, auto image) { return net(image); }),
    st::function<"test", Image, Digit>(
        [](const auto& net, auto image, auto digit) { return judge(net(image), digit); }),
    st::train_step<Image, Digit>([](const auto& net, auto image, auto digit) { return nll_loss(net(image), digit); },
                                 st::Adadelta{.lr = 0.5}));

}  // namespace models
