// An encoder and a decoder that take the noise out of digits, and the program that trains them.
#pragma once

#include <stator/stator.h>

namespace models {

namespace st = stator;

struct Denoiser {
  static constexpr st::conv half{.stride = 2, .padding = 1};
  static constexpr st::conv_transpose twice{.stride = 2, .padding = 1, .output_padding = 1};

  st::Conv2d<1, 32, 3, half> conv1;
  st::Conv2d<32, 64, 3, half> conv2;
  st::ConvTranspose2d<64, 32, 3, twice> deconv1;
  st::ConvTranspose2d<32, 16, 3, twice> deconv2;
  st::Conv2d<16, 1, 3, st::conv{.padding = 1}> conv3;

  constexpr auto operator()(auto noisy) const {                 // [N, 1, 28, 28]
    auto code = relu(conv2(relu(conv1(noisy))));                // [N, 64, 7, 7]
    return sigmoid(conv3(relu(deconv2(relu(deconv1(code))))));  // [N, 1, 28, 28]
  }
};

using GreyImage = st::Tensor<st::f32, st::batch, 1, 28, 28>;

constexpr auto denoiser = st::program<Denoiser>(
    st::function<"denoise", GreyImage>([](const auto& net, auto noisy) { return net(noisy); }),
    st::train_step<GreyImage, GreyImage>(
        [](const auto& net, auto noisy, auto clean) { return mse_loss(net(noisy), clean); }, st::Adam{.lr = 1e-3}));

}  // namespace models
