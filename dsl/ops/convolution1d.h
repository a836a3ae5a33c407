// Convolution over sequences [N, C, L], and its transpose: an image of height 1.
#pragma once

#include "compiler/interface/ops/convolution.h"

namespace stator {
namespace rule {

/// [N, C, L] as [N, C, 1, L]; other ranks as they are.
constexpr TensorSpec as_image(const TensorSpec& x) {
  if (x.rank() != 3) return x;
  return {x.dtype, Extents{0, x.extents[0], x.extents[1], 1L, x.extents[2]}};
}
/// What a rule over images says of sequences, as a sequence again.
constexpr Inferred as_sequence(Inferred image) {
  const Extents extents = image.spec.extents;
  if (image.ok()) image.spec.extents = Extents{0, extents[0], extents[1], extents[3]};
  return image;
}

/// x [N, C, L] * weight [O, C / groups, K] -> [N, O, OL]. Source: torch.nn.functional.conv1d.
struct Conv1d {
  Conv2d convolution;  // over an image of height 1
  constexpr Inferred infer(Specs operands) const {
    const ConvolutionTexts texts STATOR_CONVOLUTION_TEXTS("conv1d", "[N, C, L]", "[O, C / groups, K]", " and length",
                                                          "output", "kernel is larger than the padded input");
    if (operands[0].rank() != 3) return texts.input;
    if (operands[1].rank() != 3) return texts.weight;
    const TensorSpec images[]{as_image(operands[0]), as_image(operands[1])};
    return as_sequence(convolution.infer({images, 2}, texts));
  }
};

/// x [N, C, L] * weight [C, O / groups, K] -> [N, O, OL]. Source: torch.nn.functional.conv_transpose1d.
struct ConvTranspose1d {
  ConvTranspose2d transposed;  // over an image of height 1
  constexpr Inferred infer(Specs operands) const {
    const ConvolutionTexts texts STATOR_CONVOLUTION_TEXTS("conv_transpose1d", "[N, C, L]", "[C, O / groups, K]",
                                                          " and length", "input",
                                                          "padding leaves nothing of the result");
    if (operands[0].rank() != 3) return texts.input;
    if (operands[1].rank() != 3) return texts.weight;
    const TensorSpec images[]{as_image(operands[0]), as_image(operands[1])};
    return as_sequence(transposed.infer(
        {images, 2}, texts, "conv_transpose1d: the output padding is not below the stride or the dilation"));
  }
};

}  // namespace rule

namespace detail {
template <class X> inline constexpr rule::Reshape to_image{rule::as_image(X::tensor::spec).extents};
template <class X> inline constexpr rule::Reshape to_sequence{
    Extents{0, X::tensor::spec.extents[0], X::tensor::spec.extents[1], X::tensor::spec.extents[3]}};

/// `body` of operands [N, C, L] as images of height 1, its result as a sequence.
template <class Body, Operand... X> constexpr auto through_image(Body body, const X&... x) {
  auto image = body(apply<to_image<X>>(x)...);
  return apply<to_sequence<decltype(image)>>(image);
}
}  // namespace detail

/// The cross-correlation of x [N, C, L] with weight [O, C / groups, K], without bias.
template <rule::Conv1d Rule = rule::Conv1d{}, Operand X, Operand W> requires Fits<Rule, X, W>
constexpr result_t<Rule, X, W> conv1d(const X& x, const W& weight) {
  return detail::through_image(
      [](const auto& image, const auto& kernel) { return conv2d<Rule.convolution>(image, kernel); }, x, weight);
}
template <rule::Conv1d Rule = rule::Conv1d{}, Operand X, Operand W> requires(!Fits<Rule, X, W>)
ShapeError<broken<Rule, X, W>, shape_of<X>, shape_of<W>> conv1d(const X& x, const W& weight);

/// The transposed convolution of x [N, C, L] with weight [C, O / groups, K], without bias.
template <rule::ConvTranspose1d Rule = rule::ConvTranspose1d{}, Operand X, Operand W> requires Fits<Rule, X, W>
constexpr result_t<Rule, X, W> conv_transpose1d(const X& x, const W& weight) {
  return detail::through_image(
      [](const auto& image, const auto& kernel) { return conv_transpose2d<Rule.transposed>(image, kernel); }, x,
      weight);
}
template <rule::ConvTranspose1d Rule = rule::ConvTranspose1d{}, Operand X, Operand W> requires(!Fits<Rule, X, W>)
ShapeError<broken<Rule, X, W>, shape_of<X>, shape_of<W>> conv_transpose1d(const X& x, const W& weight);

}  // namespace stator
