// A convolutional net with everything that the real one has, small enough to be interpreted.
#pragma once

#include "compiler/interface/ops/pooling.h"
#include "dsl/layers/convolution.h"
#include "dsl/layers/dropout.h"
#include "dsl/program.h"

namespace stator::tests {

struct SmallConvNet {
  Conv2d<1, 3, 3> conv1;
  Conv2d<3, 4, 3, conv{.stride = 1, .padding = 1}> conv2;
  Dropout2d<0.25> drop;
  Linear<36, 5> fc;

  constexpr auto operator()(auto image) const {
    auto features = max_pool2d<2>(relu(conv2(relu(conv1(image)))));
    return log_softmax(fc(flatten(drop(features))));
  }
};
using SmallImage = Tensor<f32, batch, 1, 8, 8>;
using SmallDigit = Labels<5, batch>;

inline constexpr auto small_convnet = program<SmallConvNet>(
    function<"predict", SmallImage>([](const auto& net, auto image) { return net(image); }),
    train_step<SmallImage, SmallDigit>(
        [](const auto& net, auto image, auto digit) { return nll_loss(net(image), digit); }, Adadelta{}));

}  // namespace stator::tests
