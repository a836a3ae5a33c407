// Residual networks: the blocks, and the network of torchvision's structure and names for 224 x 224 images.
#pragma once

#include <stator/stator.h>

namespace models {

namespace st = stator;

/// A convolution without bias that keeps the size, but for its stride.
template <long In, long Out, long Kernel, long Stride = 1> using Convolution =
    st::Conv2d<In, Out, Kernel, st::conv{.stride = Stride, .padding = (Kernel - 1) / 2, .bias = false}>;

/// The way around a block: nothing, or a projection where the block changes the shape.
template <long In, long Out, long Stride> using Shortcut =
    std::conditional_t<In == Out && Stride == 1, st::Identity,
                       st::Sequential<Convolution<In, Out, 1, Stride>, st::BatchNorm2d<Out>>>;

/// Two 3 x 3 convolutions around which the input goes. Source: He et al. 2015, figure 5 left.
template <long In, long Width, long Stride = 1> struct BasicBlock {
  static constexpr long out = Width;
  Convolution<In, out, 3, Stride> conv1;
  st::BatchNorm2d<out> bn1;
  Convolution<out, out, 3> conv2;
  st::BatchNorm2d<out> bn2;
  Shortcut<In, out, Stride> downsample;

  constexpr auto operator()(auto x) const {  // [N, In, H, W] -> [N, out, H / Stride, W / Stride]
    auto residual = bn2(conv2(relu(bn1(conv1(x)))));
    return relu(residual + downsample(x));
  }
};

/// A 3 x 3 convolution between two of 1 x 1, of which the last widens fourfold. Source: He et al. 2015, figure 5 right;
/// the stride is the 3 x 3 convolution's, as in torchvision.
template <long In, long Width, long Stride = 1> struct Bottleneck {
  static constexpr long out = 4 * Width;
  Convolution<In, Width, 1> conv1;
  st::BatchNorm2d<Width> bn1;
  Convolution<Width, Width, 3, Stride> conv2;
  st::BatchNorm2d<Width> bn2;
  Convolution<Width, out, 1> conv3;
  st::BatchNorm2d<out> bn3;
  Shortcut<In, out, Stride> downsample;

  constexpr auto operator()(auto x) const {  // [N, In, H, W] -> [N, out, H / Stride, W / Stride]
    auto residual = bn3(conv3(relu(bn2(conv2(relu(bn1(conv1(x))))))));
    return relu(residual + downsample(x));
  }
};

/// `Count` blocks, of which the first changes the shape.
template <template <long, long, long> class Block, long In, long Width, long Stride, int Count> struct StageOf {
  static constexpr long out = Block<In, Width, Stride>::out;
  template <int... Rest> static auto layers(std::integer_sequence<int, Rest...>)
      -> st::Sequential<Block<In, Width, Stride>, Block<out + 0 * Rest, Width, 1>...>;
  using type = decltype(layers(std::make_integer_sequence<int, Count - 1>()));
};
template <template <long, long, long> class Block, long In, long Width, long Stride, int Count> using Stage =
    typename StageOf<Block, In, Width, Stride, Count>::type;

/// Four stages of so many blocks each. Source: torchvision.models.resnet.
template <template <long, long, long> class Block, int A, int B, int C, int D> struct ResNet {
  static constexpr long widening = Block<64, 64, 1>::out / 64;

  Convolution<3, 64, 7, 2> conv1;
  st::BatchNorm2d<64> bn1;
  Stage<Block, 64, 64, 1, A> layer1;
  Stage<Block, 64 * widening, 128, 2, B> layer2;
  Stage<Block, 128 * widening, 256, 2, C> layer3;
  Stage<Block, 256 * widening, 512, 2, D> layer4;
  st::Linear<512 * widening, 1000> fc;

  constexpr auto operator()(auto image) const {             // [N, 3, 224, 224]
    auto x = max_pool2d<3, 2, 1>(relu(bn1(conv1(image))));  // [N, 64, 56, 56]
    auto features = layer4(layer3(layer2(layer1(x))));      // [N, 512 * widening, 7, 7]
    return fc(st::mean<2, 3>(features));                    // [N, 1000]
  }
};

using ImageNetImage = st::Tensor<st::f32, st::batch, 3, 224, 224>;
using ImageNetClass = st::Labels<1000, st::batch>;

/// Prediction, and a training step, of a network of 1000 classes.
template <class Net> constexpr auto image_net_program() {
  return st::program<Net>(
      st::function<"predict", ImageNetImage>([](const auto& net, auto image) { return net(image); }),
      st::train_step<ImageNetImage, ImageNetClass>(
          [](const auto& net, auto image, auto label) { return cross_entropy(net(image), label); },
          st::SGD{.lr = 0.1, .momentum = 0.9, .weight_decay = 1e-4}));
}

}  // namespace models
