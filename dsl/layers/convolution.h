// The convolution layers, over images and over sequences.
#pragma once

#include "compiler/interface/ops/size2d.h"
#include "dsl/layers/linear.h"
#include "dsl/ops/convolution1d.h"
#include "dsl/ops/padding.h"

namespace stator {

/// What stands around an image: a number on every side, one for height and one for width, or `same` (the output has the
/// input's size), or `valid` (nothing).
struct Padding {
  Size2d amount = 0;
  bool keeps_size = false;
  constexpr Padding(long both = 0) : amount(both) {}
  constexpr Padding(long height, long width) : amount(height, width) {}
  constexpr Padding(Size2d sides) : amount(sides) {}
  static constexpr Padding keeping_size() {
    Padding padding;
    padding.keeps_size = true;
    return padding;
  }
};
inline constexpr Padding same = Padding::keeping_size();
inline constexpr Padding valid{};

/// Options of Conv2d and Conv1d, with PyTorch's defaults; height and width may differ:
/// `Conv2d<3, 16, Size2d{3, 5}, st::conv{.stride = {2, 1}, .padding = {1, 2}, .bias = false}>`.
struct conv {
  Size2d stride = 1;
  Padding padding{};
  Size2d dilation = 1;
  long groups = 1;
  bool bias = true;
  PaddingMode padding_mode = PaddingMode::zeros;

  /// The rule for a kernel. `same` puts the odd element of an even kernel at the end, as PyTorch does.
  constexpr rule::Conv2d rule(Size2d kernel) const {
    Integers around(padding.amount.height, padding.amount.height, padding.amount.width, padding.amount.width);
    long reach[]{dilation.height * (kernel.height - 1), dilation.width * (kernel.width - 1)};
    for (int i = 0; padding.keeps_size && i < 2; ++i)
      around.at[2 * i] = reach[i] / 2, around.at[2 * i + 1] = reach[i] - reach[i] / 2;
    return {Integers(stride.height, stride.width), around, Integers(dilation.height, dilation.width), groups};
  }
  /// The rule for a kernel over sequences, as images of height 1: what the options say of widths.
  constexpr rule::Conv1d rule1d(long kernel) const {
    rule::Conv2d along = rule(Size2d(1, kernel));
    along.stride.at[0] = along.dilation.at[0] = 1;
    along.padding.at[0] = along.padding.at[1] = 0;
    return {along};
  }
  constexpr bool divides(long in, long out) const { return groups >= 1 && in % groups == 0 && out % groups == 0; }
};

namespace detail {
/// conv2d of an image that is continued in `Mode` where the rule pads.
template <rule::Conv2d Rule, PaddingMode Mode, Operand X, Operand W>
constexpr auto padded_convolution(const X& x, const W& weight) {
  if constexpr (Mode == PaddingMode::zeros) {
    return conv2d<Rule>(x, weight);
  } else {
    constexpr rule::Conv2d inside{Rule.stride, Integers(0, 0, 0, 0), Rule.dilation, Rule.groups};
    auto tall = continued<Mode, 2, Rule.padding[0], Rule.padding[1]>(x);
    return conv2d<inside>(continued<Mode, 3, Rule.padding[2], Rule.padding[3]>(tall), weight);
  }
}
}  // namespace detail

/// y = x * weight + bias over windows. Source: torch.nn.Conv2d.
/// Shapes: x [N, In, H, W] -> [N, Out, OH, OW]; weight [Out, In / groups, Kernel], bias [Out].
template <long In, long Out, Size2d Kernel, conv Options = conv{}> struct Conv2d {
  static_assert(Options.divides(In, Out), "Conv2d: groups divide neither or only one of the channels");
  static_assert(!Options.padding.keeps_size || Options.stride == Size2d(1), "Conv2d: padding same needs a stride of 1");
  static constexpr rule::Conv2d rule = Options.rule(Kernel);
  static constexpr long fan_in = In / Options.groups * Kernel.height * Kernel.width;

  Parameter<f32, Out, In / Options.groups, Kernel.height, Kernel.width> weight = detail::uniform_over_fan_in(fan_in);
  [[no_unique_address]] if_there<Options.bias, Parameter<f32, Out>> bias = detail::uniform_over_fan_in(fan_in);

  template <Operand X> requires Fits<rule, X, decltype(weight)> constexpr auto operator()(const X& x) const {
    auto y = detail::padded_convolution<rule, Options.padding_mode>(x, weight);
    if constexpr (Options.bias) return y + reshape<Out, 1, 1>(bias);
    else return y;
  }
  template <Operand X> requires(!Fits<rule, X, decltype(weight)>)
  ShapeError<broken<rule, X, decltype(weight)>, shape_of<X>, shape_of<decltype(weight)>> operator()(const X& x) const;
};

/// y = x * weight + bias over windows of sequences. Source: torch.nn.Conv1d.
/// Shapes: x [N, In, L] -> [N, Out, OL]; weight [Out, In / groups, Kernel], bias [Out].
template <long In, long Out, long Kernel, conv Options = conv{}> struct Conv1d {
  static_assert(Options.divides(In, Out), "Conv1d: groups divide neither or only one of the channels");
  static_assert(!Options.padding.keeps_size || Options.stride == Size2d(1), "Conv1d: padding same needs a stride of 1");
  static constexpr rule::Conv1d rule = Options.rule1d(Kernel);
  static constexpr long fan_in = In / Options.groups * Kernel;

  Parameter<f32, Out, In / Options.groups, Kernel> weight = detail::uniform_over_fan_in(fan_in);
  [[no_unique_address]] if_there<Options.bias, Parameter<f32, Out>> bias = detail::uniform_over_fan_in(fan_in);

  template <Operand X> requires Fits<rule, X, decltype(weight)> constexpr auto operator()(const X& x) const {
    auto y = detail::through_image(
        [](const auto& image, const auto& kernel) {
          return detail::padded_convolution<rule.convolution, Options.padding_mode>(image, kernel);
        },
        x, weight);
    if constexpr (Options.bias) return y + reshape<Out, 1>(bias);
    else return y;
  }
  template <Operand X> requires(!Fits<rule, X, decltype(weight)>)
  ShapeError<broken<rule, X, decltype(weight)>, shape_of<X>, shape_of<decltype(weight)>> operator()(const X& x) const;
};

}  // namespace stator
