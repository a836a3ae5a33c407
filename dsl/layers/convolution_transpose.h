// The transposed convolution layers, over images and over sequences.
#pragma once

#include "dsl/layers/convolution.h"

namespace stator {

/// Options of ConvTranspose2d and ConvTranspose1d, with PyTorch's defaults:
/// `ConvTranspose2d<32, 16, 3, st::conv_transpose{.stride = 2, .padding = 1, .output_padding = 1}>`.
struct conv_transpose {
  Size2d stride = 1;
  Size2d padding = 0;
  Size2d output_padding = 0;
  long groups = 1;
  bool bias = true;
  Size2d dilation = 1;

  constexpr rule::ConvTranspose2d rule() const {
    return {
        {Integers(stride.height, stride.width), Integers(padding.height, padding.height, padding.width, padding.width),
         Integers(dilation.height, dilation.width), groups},
        Integers(output_padding.height, output_padding.width)};
  }
  /// The rule over sequences, as images of height 1: what the options say of widths.
  constexpr rule::ConvTranspose1d rule1d() const {
    return {
        {{Integers(1, stride.width), Integers(0, 0, padding.width, padding.width), Integers(1, dilation.width), groups},
         Integers(0, output_padding.width)}};
  }
  constexpr bool divides(long in, long out) const { return groups >= 1 && in % groups == 0 && out % groups == 0; }
};

/// The gradient of a convolution as a layer: y = x transposed-* weight + bias. Source: torch.nn.ConvTranspose2d.
/// Shapes: x [N, In, H, W] -> [N, Out, OH, OW]; weight [In, Out / groups, Kernel], bias [Out].
template <long In, long Out, Size2d Kernel, conv_transpose Options = conv_transpose{}> struct ConvTranspose2d {
  static_assert(Options.divides(In, Out), "ConvTranspose2d: groups divide neither or only one of the channels");
  static constexpr rule::ConvTranspose2d rule = Options.rule();
  static constexpr long fan_in = Out / Options.groups * Kernel.height * Kernel.width;

  Parameter<f32, In, Out / Options.groups, Kernel.height, Kernel.width> weight = detail::uniform_over_fan_in(fan_in);
  [[no_unique_address]] if_there<Options.bias, Parameter<f32, Out>> bias = detail::uniform_over_fan_in(fan_in);

  template <Operand X> requires Fits<rule, X, decltype(weight)> constexpr auto operator()(const X& x) const {
    auto y = conv_transpose2d<rule>(x, weight);
    if constexpr (Options.bias) return y + reshape<Out, 1, 1>(bias);
    else return y;
  }
  template <Operand X> requires(!Fits<rule, X, decltype(weight)>)
  ShapeError<broken<rule, X, decltype(weight)>, shape_of<X>, shape_of<decltype(weight)>> operator()(const X& x) const;
};

/// The same over sequences. Source: torch.nn.ConvTranspose1d.
/// Shapes: x [N, In, L] -> [N, Out, OL]; weight [In, Out / groups, Kernel], bias [Out].
template <long In, long Out, long Kernel, conv_transpose Options = conv_transpose{}> struct ConvTranspose1d {
  static_assert(Options.divides(In, Out), "ConvTranspose1d: groups divide neither or only one of the channels");
  static constexpr rule::ConvTranspose1d rule = Options.rule1d();
  static constexpr long fan_in = Out / Options.groups * Kernel;

  Parameter<f32, In, Out / Options.groups, Kernel> weight = detail::uniform_over_fan_in(fan_in);
  [[no_unique_address]] if_there<Options.bias, Parameter<f32, Out>> bias = detail::uniform_over_fan_in(fan_in);

  template <Operand X> requires Fits<rule, X, decltype(weight)> constexpr auto operator()(const X& x) const {
    auto y = conv_transpose1d<rule>(x, weight);
    if constexpr (Options.bias) return y + reshape<Out, 1>(bias);
    else return y;
  }
  template <Operand X> requires(!Fits<rule, X, decltype(weight)>)
  ShapeError<broken<rule, X, decltype(weight)>, shape_of<X>, shape_of<decltype(weight)>> operator()(const X& x) const;
};

}  // namespace stator
