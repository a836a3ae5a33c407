// Shape rules of the ops that only the compiler makes, in the form of those in compiler/interface/ops.
#pragma once

#include "compiler/interface/ops/contraction.h"
#include "compiler/interface/ops/convolution.h"
#include "compiler/interface/ops/elementwise.h"
#include "compiler/interface/ops/pooling.h"
#include "compiler/interface/ops/reduction.h"

namespace stator::rule {

/// Whether products of factors of one dtype may be summed up in the other: in their own, and those of bf16 in f32.
constexpr bool sums_up(DType factors, DType sums) {
  return sums == factors || (factors == DType::bf16 && sums == DType::f32);
}

/// In the graph a batch of products has as many axes on both sides.
struct EqualRankMatmul : Matmul {
  static constexpr bool fits_dtype(DType factors, DType result) { return sums_up(factors, result); }
  static constexpr Inferred infer(Specs operands) {
    return operands[0].rank() == operands[1].rank() ? Matmul::infer(operands) : "matmul: ranks differ";
  }
};

/// The gradient of one weight, where `result` is that of [parts, weight]: one for each part of the images, in order.
constexpr TensorSpec one_of_parts(const TensorSpec& result) {
  const Extents& e = result.extents;
  if (e.rank != 5) return result;
  return {result.dtype, Extents{0, e[1], e[2], e[3], e[4]}};
}

/// Whether the images [N, ...] of `x` can be cut into as many equal parts as `result` has.
constexpr bool fits_parts(const TensorSpec& x, const TensorSpec& result) {
  if (result.rank() != 5) return true;
  const Extent &images = x.extents[0], &parts = result.extents[0];
  return images.is_number() && parts.is_number() && images.number % parts.number == 0;
}

/// Operands: x, dy. The result is of weight's type, or a stack of them for equal parts of the images.
struct Conv2dWeightGrad : Conv2d {
  static constexpr std::string_view name = "conv2d_weight_grad";
  constexpr Inferred infer(Specs) const = delete;
  constexpr Inferred check(Specs operands, const TensorSpec& result) const {
    const TensorSpec forward[]{operands[0], one_of_parts(result)};
    Inferred dy = Conv2d::infer({forward, 2});
    if (!dy.ok()) return dy;
    if (!fits_parts(operands[0], result)) return "conv2d_weight_grad: the parts do not divide the images";
    bool fits = dy.spec.extents == operands[1].extents && dy.spec.dtype == operands[1].dtype;
    return fits ? Inferred(result) : "conv2d_weight_grad: the cotangent is not of the convolution's type";
  }
};

/// Where an image's axes N, C, H, W lie.
struct ImageAxes {
  int n = 0, c = 3, h = 1, w = 2;
};

/// x [N, H, W, C] (already padded) * weight [KH, KW, C / groups, O] -> [N, OH, OW, O]; or, channels first,
/// x [N, C, H, W] -> [N, O, OH, OW] by the same weight.
struct Convolution {
  static constexpr std::string_view name = "convolution";
  static constexpr bool fits_dtype(DType factors, DType result) { return sums_up(factors, result); }
  Integers stride{1, 1};
  Integers dilation{1, 1};
  long groups = 1;
  bool channels_first = false;

  constexpr static void attributes(auto& self, auto&& visit) {
    visit("stride", self.stride);
    visit("dilation", self.dilation);
    visit("groups", self.groups);
    visit("channels_first", self.channels_first);
  }
  constexpr ImageAxes axes() const { return channels_first ? ImageAxes{0, 1, 2, 3} : ImageAxes{}; }
  /// The same convolution as users write it.
  constexpr Conv2d asWritten() const { return {stride, Integers(0, 0, 0, 0), dilation, groups}; }
  constexpr Inferred infer(Specs operands) const {
    const Extents &x = operands[0].extents, &w = operands[1].extents;
    const ImageAxes at = axes();
    if (x.rank != 4)
      return channels_first ? "convolution: the input is not [N, C, H, W]"
                            : "convolution: the input is not [N, H, W, C]";
    if (w.rank != 4) return "convolution: the weight is not [KH, KW, C / groups, O]";
    if (channels_first && groups != 1) return "convolution: channels-first images are in one group";
    const TensorSpec first[]{{operands[0].dtype, Extents{0, x[at.n], x[at.c], x[at.h], x[at.w]}},
                             {operands[1].dtype, Extents{0, w[3], w[2], w[0], w[1]}}};
    Inferred result = asWritten().infer({first, 2});
    if (!result.ok() || channels_first) return result;
    const Extents& y = result.spec.extents;
    return TensorSpec{operands[0].dtype, Extents{0, y[0], y[2], y[3], y[1]}};
  }
};

/// Operands: x (already padded) and dy, images in the convolution's order. The result is of weight's type, or a stack
/// of them for equal parts of the images.
struct ConvolutionWeightGrad : Convolution {
  static constexpr std::string_view name = "convolution_weight_grad";
  constexpr Inferred infer(Specs) const = delete;
  constexpr Inferred check(Specs operands, const TensorSpec& result) const {
    TensorSpec forward[]{operands[0], one_of_parts(result)};
    if (sums_up(operands[0].dtype, result.dtype)) forward[1].dtype = operands[0].dtype;
    Inferred dy = Convolution::infer({forward, 2});
    if (!dy.ok()) return dy;
    if (!fits_parts(operands[0], result)) return "convolution_weight_grad: the parts do not divide the images";
    bool fits = dy.spec.extents == operands[1].extents && dy.spec.dtype == operands[1].dtype;
    return fits ? Inferred(result) : "convolution_weight_grad: the cotangent is not of the convolution's type";
  }
};

/// weight [3, 3, C, O] -> [4, 4, C, O]; or, with its taps in the opposite order, [4, 4, O, C]. Source: Lavin and Gray,
/// Fast Algorithms for Convolutional Neural Networks, 2015.
struct WinogradWeight {
  static constexpr std::string_view name = "winograd_weight";
  bool of_gradient = false;

  constexpr static void attributes(auto& self, auto&& visit) { visit("of_gradient", self.of_gradient); }
  constexpr Inferred infer(Specs operands) const {
    const Extents& w = operands[0].extents;
    if (w.rank != 4 || !(w[0] == 3 && w[1] == 3)) return "winograd_weight: the weight is not [3, 3, C, O]";
    return TensorSpec{operands[0].dtype, Extents{0, 4, 4, w[of_gradient ? 3 : 2], w[of_gradient ? 2 : 3]}};
  }
};

/// x [N, H, W, C] (already padded) * weight [4, 4, C, O] -> [N, H - 2, W - 2, O].
struct WinogradConvolution {
  static constexpr std::string_view name = "winograd_convolution";
  constexpr static void attributes(auto&, auto&&) {}
  static constexpr Inferred infer(Specs operands) {
    const Extents& w = operands[1].extents;
    if (w.rank != 4 || !(w[0] == 4 && w[1] == 4)) return "winograd_convolution: the weight is not [4, 4, C, O]";
    const TensorSpec plain[]{operands[0], {operands[1].dtype, Extents{0, 3, 3, w[2], w[3]}}};
    return Convolution{}.infer({plain, 2});
  }
};

/// Operands: x, dy. The result is of x's type.
struct MaxPool2dGrad : MaxPool2d {
  static constexpr std::string_view name = "max_pool2d_grad";
  constexpr Inferred infer(Specs operands) const {
    Inferred dy = MaxPool2d::infer(operands);
    if (!dy.ok()) return dy;
    bool fits = dy.spec.extents == operands[1].extents && dy.spec.dtype == operands[1].dtype;
    return fits ? Inferred(operands[0]) : "max_pool2d_grad: the cotangent is not of the pooled type";
  }
};

/// Where in its window each window's greatest element lies, row-major: 0 for all of a window that is padding; u8.
struct MaxPool2dPositions : MaxPool2d {
  static constexpr std::string_view name = "max_pool2d_positions";
  constexpr Inferred infer(Specs operands) const {
    if (kernel[0] * kernel[1] > 256) return "max_pool2d_positions: a window has more than 256 elements";
    Inferred result = MaxPool2d::infer(operands);
    if (result.ok()) result.spec.dtype = DType::u8;
    return result;
  }
};

/// Operands: dy, positions. The result is of max_pool2d's x's type.
struct MaxPool2dScatter : MaxPool2d {
  static constexpr std::string_view name = "max_pool2d_scatter";
  constexpr Inferred infer(Specs operands) const = delete;
  constexpr Inferred check(Specs operands, const TensorSpec& result) const {
    Inferred dy = MaxPool2d::infer({&result, 1});
    if (!dy.ok()) return dy;
    bool fits = dy.spec.extents == operands[0].extents && dy.spec.dtype == operands[0].dtype &&
                dy.spec.extents == operands[1].extents && operands[1].dtype == DType::u8;
    return fits ? Inferred(result) : "max_pool2d_scatter: the cotangent or the positions are not of the pooled type";
  }
};

}  // namespace stator::rule
