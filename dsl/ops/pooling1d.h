// Pooling over windows of sequences [N, C, L]: images of height 1.
#pragma once

#include "compiler/interface/ops/pooling.h"
#include "dsl/ops/convolution1d.h"

namespace stator {
namespace rule {

/// What a pooling over images says of sequences.
template <class Pooling> struct Pooling1d {
  Pooling pooling;
  constexpr Inferred infer(Specs operands) const {
    constexpr bool is_max = Pooling::name == MaxPool2d::name;
    const PoolingTexts of_max STATOR_POOLING_TEXTS("max_pool1d", "[N, C, L]", "lengths");
    const PoolingTexts of_avg STATOR_POOLING_TEXTS("avg_pool1d", "[N, C, L]", "lengths");
    const PoolingTexts& texts = is_max ? of_max : of_avg;
    if (operands[0].rank() != 3) return texts.input;
    const TensorSpec image = as_image(operands[0]);
    return as_sequence(pooling.Window2d::infer({&image, 1}, texts));
  }
};

}  // namespace rule

namespace detail {
/// [N, C, L] as an operand that the rules of images may ask.
template <class X> struct Image1d {
  struct tensor {
    static constexpr TensorSpec spec = rule::as_image(X::tensor::spec);
  };
};
template <class X, long Kernel, long Stride, long Padding, long Dilation, bool CeilMode>
constexpr rule::Pooling1d<rule::MaxPool2d> max_pooling1d() {
  return {pooling<rule::MaxPool2d, Image1d<X>, Size2d(1, Kernel), Size2d(1, Stride), Size2d(0, Padding),
                  Size2d(1, Dilation), CeilMode>()};
}
template <class X, long Kernel, long Stride, long Padding, bool CeilMode>
constexpr rule::Pooling1d<rule::AvgPool2d> avg_pooling1d() {
  return {averaging<Image1d<X>, Size2d(1, Kernel), Size2d(1, Stride), Size2d(0, Padding), CeilMode, 1>()};
}
}  // namespace detail

/// The greatest element of each window of [N, C, L]. Source: torch.nn.functional.max_pool1d.
template <long Kernel, long Stride = Kernel, long Padding = 0, long Dilation = 1, bool CeilMode = false, Operand X>
requires Fits<detail::max_pooling1d<X, Kernel, Stride, Padding, Dilation, CeilMode>(), X>
constexpr auto max_pool1d(const X& x) {
  return detail::through_image(
      [](const auto& image) {
        return max_pool2d<Size2d(1, Kernel), Size2d(1, Stride), Size2d(0, Padding), Size2d(1, Dilation), CeilMode>(
            image);
      },
      x);
}
template <long Kernel, long Stride = Kernel, long Padding = 0, long Dilation = 1, bool CeilMode = false, Operand X>
requires(!Fits<detail::max_pooling1d<X, Kernel, Stride, Padding, Dilation, CeilMode>(), X>)
ShapeError<broken<detail::max_pooling1d<X, Kernel, Stride, Padding, Dilation, CeilMode>(), X>, shape_of<X>> max_pool1d(
    const X& x);

/// The mean of each window of [N, C, L]. Source: torch.nn.functional.avg_pool1d.
template <long Kernel, long Stride = Kernel, long Padding = 0, bool CeilMode = false, bool CountIncludePad = true,
          Operand X>
requires Fits<detail::avg_pooling1d<X, Kernel, Stride, Padding, CeilMode>(), X> constexpr auto avg_pool1d(const X& x) {
  return detail::through_image(
      [](const auto& image) {
        return avg_pool2d<Size2d(1, Kernel), Size2d(1, Stride), Size2d(0, Padding), CeilMode, CountIncludePad>(image);
      },
      x);
}
template <long Kernel, long Stride = Kernel, long Padding = 0, bool CeilMode = false, bool CountIncludePad = true,
          Operand X>
requires(!Fits<detail::avg_pooling1d<X, Kernel, Stride, Padding, CeilMode>(), X>)
ShapeError<broken<detail::avg_pooling1d<X, Kernel, Stride, Padding, CeilMode>(), X>, shape_of<X>> avg_pool1d(
    const X& x);

}  // namespace stator
