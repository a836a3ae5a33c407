// The two-dimensional convolution layer.
#pragma once

#include "dsl/layers/linear.h"

namespace stator {

/// Zeros around an image: a number on every side, or `same` (the output has the input's size), or `valid` (none).
struct Padding {
  long amount = 0;
  bool keeps_size = false;
  constexpr Padding(long n = 0, bool same = false) : amount(n), keeps_size(same) {}
};
inline constexpr Padding same{0, true};
inline constexpr Padding valid{0, false};

/// Options of Conv2d, with PyTorch's defaults: `Conv2d<3, 16, 3, st::conv{.stride = 2, .padding = 1, .bias = false}>`.
struct conv {
  long stride = 1;
  Padding padding{};
  long dilation = 1;
  long groups = 1;
  bool bias = true;

  /// The rule for a square kernel. `same` puts the odd element of an even kernel at the end, as PyTorch does.
  constexpr rule::Conv2d rule(long kernel) const {
    long before = padding.amount, after = padding.amount;
    if (padding.keeps_size) {
      long total = dilation * (kernel - 1);
      before = total / 2, after = total - before;
    }
    return {Integers(stride, stride), Integers(before, after, before, after), Integers(dilation, dilation), groups};
  }
};

/// y = x * weight + bias over windows. Source: torch.nn.Conv2d.
/// Shapes: x [N, In, H, W] -> [N, Out, OH, OW]; weight [Out, In / groups, Kernel, Kernel], bias [Out].
template <long In, long Out, long Kernel, conv Options = conv{}> struct Conv2d {
  static_assert(In % Options.groups == 0 && Out % Options.groups == 0,
                "Conv2d: groups divide neither or only one of the channels");
  static_assert(!Options.padding.keeps_size || Options.stride == 1, "Conv2d: padding same needs a stride of 1");
  static constexpr rule::Conv2d rule = Options.rule(Kernel);
  static constexpr long fan_in = In / Options.groups * Kernel * Kernel;

  Parameter<f32, Out, In / Options.groups, Kernel, Kernel> weight = detail::uniform_over_fan_in(fan_in);
  [[no_unique_address]] std::conditional_t<Options.bias, Parameter<f32, Out>, Absent> bias = bias_start();

  template <Operand X> requires Fits<rule, X, decltype(weight)> constexpr auto operator()(const X& x) const {
    if constexpr (Options.bias) return conv2d<rule>(x, weight) + reshape<Out, 1, 1>(bias);
    else return conv2d<rule>(x, weight);
  }
  template <Operand X> requires(!Fits<rule, X, decltype(weight)>)
  ShapeError<broken<rule, X, decltype(weight)>, shape_of<X>, shape_of<decltype(weight)>> operator()(const X& x) const;

 private:
  static constexpr auto bias_start() {
    if constexpr (Options.bias) return detail::uniform_over_fan_in(fan_in);
    else return Absent{};
  }
};

}  // namespace stator
