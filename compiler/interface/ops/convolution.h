// Convolution over images [N, C, H, W], and its transpose.
#pragma once

#include "compiler/interface/ops/movement.h"

namespace stator {
namespace rule {

/// What may be wrong with a convolution, in the words of the op that was called.
struct ConvolutionTexts {
  const char *input, *weight, *dtypes, *numbers, *amounts, *channels, *groups, *size;
};
#define STATOR_CONVOLUTION_TEXTS(NAME, INPUT, WEIGHT, SIDES, GROUPS, SIZE)      \
  {NAME ": the input is not " INPUT,                                            \
   NAME ": the weight is not " WEIGHT,                                          \
   NAME ": dtypes differ",                                                      \
   NAME ": channels" SIDES " must be numbers",                                  \
   NAME ": a kernel, stride, dilation or groups below 1, or a padding below 0", \
   NAME ": channels of input and weight differ",                                \
   NAME ": groups do not divide the " GROUPS " channels",                       \
   NAME ": the " SIZE}

/// x [N, C, H, W] * weight [O, C / groups, KH, KW] -> [N, O, OH, OW]. Source: torch.nn.functional.conv2d.
struct Conv2d {
  static constexpr std::string_view name = "conv2d";
  Integers stride{1, 1};
  Integers padding{0, 0, 0, 0};  // top, bottom, left, right
  Integers dilation{1, 1};
  long groups = 1;

  constexpr static void attributes(auto& self, auto&& visit) {
    visit("stride", self.stride);
    visit("padding", self.padding);
    visit("dilation", self.dilation);
    visit("groups", self.groups);
  }
  /// From the first to the last element that a kernel of this extent reads.
  constexpr long reach(long kernel, int axis) const { return dilation[axis] * (kernel - 1) + 1; }
  /// The number of windows along one axis. Source: torch.nn.Conv2d, "Shape".
  constexpr long windows(long extent, long kernel, int axis) const {
    long padded = extent + padding[2 * axis] + padding[2 * axis + 1];
    return padded < reach(kernel, axis) ? 0 : (padded - reach(kernel, axis)) / stride[axis] + 1;
  }
  /// What forbids these operands before their channels are compared; null where nothing does.
  constexpr const char* broken(const TensorSpec& x, const TensorSpec& w, const ConvolutionTexts& texts) const {
    if (x.rank() != 4) return texts.input;
    if (w.rank() != 4) return texts.weight;
    if (x.dtype != w.dtype) return texts.dtypes;
    for (int i = 1; i < 4; ++i)
      if (!x.extents[i].is_number() || !w.extents[i].is_number()) return texts.numbers;
    bool fine = groups >= 1;
    for (int i = 0; i < 2; ++i)
      fine = fine && w.extents[2 + i].number >= 1 && stride[i] >= 1 && dilation[i] >= 1 && padding[2 * i] >= 0 &&
             padding[2 * i + 1] >= 0;
    return fine ? nullptr : texts.amounts;
  }
  constexpr Inferred infer(Specs operands, const ConvolutionTexts& texts) const {
    const TensorSpec &x = operands[0], &w = operands[1];
    if (const char* text = broken(x, w, texts)) return text;
    if (x.extents[1] != w.extents[1] * Extent(groups)) return texts.channels;
    if (w.extents[0].number % groups != 0) return texts.groups;
    TensorSpec result{x.dtype, Extents{0, x.extents[0], w.extents[0], Extent(1), Extent(1)}};
    for (int axis = 0; axis < 2; ++axis) {
      long n = windows(x.extents[2 + axis].number, w.extents[2 + axis].number, axis);
      if (n < 1) return texts.size;
      result.extents[2 + axis] = Extent(n);
    }
    return result;
  }
  constexpr Inferred infer(Specs operands) const {
    return infer(operands,
                 STATOR_CONVOLUTION_TEXTS("conv2d", "[N, C, H, W]", "[O, C / groups, KH, KW]", ", height and width",
                                          "output", "kernel is larger than the padded input"));
  }
};

/// The cotangent of conv2d's x. Operands: dy, weight. The result is of x's type.
struct Conv2dInputGrad : Conv2d {
  static constexpr std::string_view name = "conv2d_input_grad";
  constexpr Inferred infer(Specs) const = delete;
  constexpr Inferred check(Specs operands, const TensorSpec& result) const {
    const TensorSpec forward[]{result, operands[1]};
    Inferred dy = Conv2d::infer({forward, 2});
    if (!dy.ok()) return dy;
    bool fits = dy.spec.extents == operands[0].extents && dy.spec.dtype == operands[0].dtype;
    return fits ? Inferred(result) : "conv2d_input_grad: the cotangent is not of the convolution's type";
  }
};

/// x [N, C, H, W] * weight [C, O / groups, KH, KW] -> [N, O, OH, OW]: conv2d's input gradient, as an op of its own.
/// Source: torch.nn.functional.conv_transpose2d.
struct ConvTranspose2d {
  Conv2d convolution;  // whose input gradient this is
  Integers output_padding{0, 0};

  constexpr long extent_of(long extent, long kernel, int axis) const {
    const Conv2d& c = convolution;
    return (extent - 1) * c.stride[axis] - c.padding[2 * axis] - c.padding[2 * axis + 1] + c.reach(kernel, axis) +
           output_padding[axis];
  }
  constexpr Inferred infer(Specs operands, const ConvolutionTexts& texts, const char* added) const {
    const TensorSpec &x = operands[0], &w = operands[1];
    if (const char* text = convolution.broken(x, w, texts)) return text;
    if (x.extents[1] != w.extents[0]) return texts.channels;
    if (w.extents[0].number % convolution.groups != 0) return texts.groups;
    TensorSpec result{x.dtype, Extents{0, x.extents[0], w.extents[1] * Extent(convolution.groups), 1L, 1L}};
    for (int axis = 0; axis < 2; ++axis) {
      long step = convolution.stride[axis], spread = convolution.dilation[axis];
      if (output_padding[axis] < 0 || output_padding[axis] >= (step > spread ? step : spread)) return added;
      long n = extent_of(x.extents[2 + axis].number, w.extents[2 + axis].number, axis);
      if (n < 1) return texts.size;
      result.extents[2 + axis] = Extent(n);
    }
    return result;
  }
  constexpr Inferred infer(Specs operands) const {
    return infer(operands,
                 STATOR_CONVOLUTION_TEXTS("conv_transpose2d", "[N, C, H, W]", "[C, O / groups, KH, KW]",
                                          ", height and width", "input", "padding leaves nothing of the result"),
                 "conv_transpose2d: the output padding is not below the stride or the dilation");
  }
  /// Zeros after x that stand for output padding of whole strides, which a convolution's input gradient cannot have.
  constexpr Pad zeros_after() const {
    long rows = output_padding[0] / convolution.stride[0], columns = output_padding[1] / convolution.stride[1];
    return {Integers(0, 0, 0, 0), Integers(0, 0, rows, columns), Integers(0, 0, 0, 0), 0};
  }
};

}  // namespace rule

namespace detail {
template <rule::ConvTranspose2d Rule, Operand X, Operand W>
constexpr Held transposed_convolution(const X& x, const W& weight, const TensorSpec& result) {
  constexpr rule::Conv2dInputGrad gradient{Rule.convolution};
  if constexpr (Rule.zeros_after().high == Integers(0, 0, 0, 0)) return perform(gradient, result, x, weight);
  else return perform(gradient, result, apply<Rule.zeros_after()>(x), weight);
}
}  // namespace detail

/// The cross-correlation of x [N, C, H, W] with weight [O, C / groups, KH, KW], without bias.
template <rule::Conv2d Rule = rule::Conv2d{}, Operand X, Operand W> requires Fits<Rule, X, W>
constexpr result_t<Rule, X, W> conv2d(const X& x, const W& weight) {
  return apply<Rule>(x, weight);
}
template <rule::Conv2d Rule = rule::Conv2d{}, Operand X, Operand W> requires(!Fits<Rule, X, W>)
ShapeError<broken<Rule, X, W>, shape_of<X>, shape_of<W>> conv2d(const X& x, const W& weight);

/// The transposed convolution of x [N, C, H, W] with weight [C, O / groups, KH, KW], without bias.
template <rule::ConvTranspose2d Rule = rule::ConvTranspose2d{}, Operand X, Operand W> requires Fits<Rule, X, W>
constexpr result_t<Rule, X, W> conv_transpose2d(const X& x, const W& weight) {
  return {detail::transposed_convolution<Rule>(x, weight, detail::inferred<Rule, X, W>::spec)};
}
template <rule::ConvTranspose2d Rule = rule::ConvTranspose2d{}, Operand X, Operand W> requires(!Fits<Rule, X, W>)
ShapeError<broken<Rule, X, W>, shape_of<X>, shape_of<W>> conv_transpose2d(const X& x, const W& weight);

}  // namespace stator
