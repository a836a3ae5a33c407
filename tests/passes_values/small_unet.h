// An encoder and a decoder that joins channels, as a U-Net does, small enough to be interpreted.
#pragma once

#include "dsl/layers/convolution_transpose.h"
#include "dsl/layers/pooling.h"
#include "dsl/optimizers.h"
#include "dsl/program.h"

namespace stator::tests {

struct SmallUnet {
  Conv2d<2, 4, 3, conv{.padding = 1}> encode;
  Conv2d<4, 6, 3, conv{.padding = 1}> bottom;
  ConvTranspose2d<6, 5, 2, conv_transpose{.stride = 2}> up;
  Upsample<resize{.scale_factor = 2}> nearest;
  Conv2d<15, 2, 1> head;

  constexpr auto operator()(auto image) const {  // [N, 2, 8, 8]
    auto fine = relu(encode(image));
    auto coarse = relu(bottom(max_pool2d<2>(fine)));
    return head(cat<1>(relu(up(coarse)), fine, nearest(coarse)));
  }
};
using SmallScene = Tensor<f32, batch, 2, 8, 8>;

inline constexpr auto small_unet = program<SmallUnet>(
    function<"predict", SmallScene>([](const auto& net, auto image) { return net(image); }),
    train_step<SmallScene, SmallScene>(
        [](const auto& net, auto noisy, auto image) { return mean(square(net(noisy) - image)); }, SGD{}));

}  // namespace stator::tests
