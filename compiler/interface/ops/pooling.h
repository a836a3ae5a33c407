// Pooling over windows of two axes.
#pragma once

#include "compiler/interface/ops/elementwise.h"
#include "compiler/interface/ops/size2d.h"

namespace stator {
namespace rule {

/// What may be wrong with a pooling, in the words of the op that was called.
struct PoolingTexts {
  const char *input, *numbers, *amounts, *large, *padding;
};
#define STATOR_POOLING_TEXTS(NAME, INPUT, SIDES)                                 \
  {NAME ": the input is not " INPUT, NAME ": " SIDES " must be numbers",         \
   NAME ": a kernel, stride, dilation or divisor below 1, or a padding below 0", \
   NAME ": the window is larger than the padded input", NAME ": the padding exceeds half the window"}

/// The window that all poolings share. `axes`: which axes are height and width ([2, 3] of [N, C, H, W]).
struct Window2d {
  Integers kernel{2, 2};
  Integers stride{2, 2};
  Integers padding{0, 0, 0, 0};  // top, bottom, left, right
  Integers dilation{1, 1};
  Integers axes{2, 3};

  constexpr static void attributes(auto& self, auto&& visit) {
    visit("kernel", self.kernel);
    visit("stride", self.stride);
    visit("padding", self.padding);
    visit("dilation", self.dilation);
    visit("axes", self.axes);
  }
  /// From the first to the last element of a window.
  constexpr long reach(int axis) const { return dilation[axis] * (kernel[axis] - 1) + 1; }

  /// At the end, ceil mode pads by more than half a window; each window still begins before that.
  constexpr Inferred infer(Specs operands, const PoolingTexts& texts) const {
    TensorSpec result{operands[0].dtype, operands[0].extents};
    if (result.rank() != 4) return texts.input;
    for (int i = 0; i < 2; ++i) {
      Extent& extent = result.extents[int(axes[i])];
      long before = padding[2 * i], after = padding[2 * i + 1];
      if (!extent.is_number()) return texts.numbers;
      if (kernel[i] < 1 || stride[i] < 1 || dilation[i] < 1 || before < 0 || after < 0) return texts.amounts;
      if (2 * before > reach(i)) return texts.padding;
      long padded = extent.number + before + after;
      if (padded < reach(i)) return texts.large;
      long last = (padded - reach(i)) / stride[i];
      if (after > before && last * stride[i] >= extent.number + before) return texts.padding;
      extent = Extent(last + 1);
    }
    return result;
  }

  /// `padding` before and after [N, C, H, W] along `axis` (0: height), and in ceil mode as much more after it as the
  /// last window needs that begins within the image or before it. Source: ATen/native/Pool.h, pooling_output_shape.
  constexpr void pad(int axis, const Extents& image, long amount, bool ceil_mode) {
    padding.at[2 * axis] = padding.at[2 * axis + 1] = amount;
    if (!ceil_mode || image.rank != 4 || stride[axis] < 1) return;
    long extent = image[2 + axis].number, rest = extent + 2 * amount - reach(axis);
    if (rest <= -stride[axis]) return;
    long last = (rest + stride[axis] - 1) / stride[axis];
    if (last * stride[axis] >= extent + amount) --last;
    if (last * stride[axis] > rest) padding.at[2 * axis + 1] += last * stride[axis] - rest;
  }
};

struct MaxPool2d : Window2d {
  static constexpr std::string_view name = "max_pool2d";
  constexpr Inferred infer(Specs operands) const {
    return Window2d::infer(operands, STATOR_POOLING_TEXTS("max_pool2d", "[N, C, H, W]", "height and width"));
  }
};

/// Where each window's greatest element lies in its plane of height x width, row-major; i64. The first of several.
struct MaxPool2dIndices : Window2d {
  static constexpr std::string_view name = "max_pool2d_indices";
  constexpr Inferred infer(Specs operands) const {
    Inferred result =
        Window2d::infer(operands, STATOR_POOLING_TEXTS("max_pool2d_indices", "[N, C, H, W]", "height and width"));
    if (result.ok()) result.spec.dtype = DType::i64;
    return result;
  }
};

/// The sum of each window over `divisor`; padding counts as zeros.
struct AvgPool2d : Window2d {
  static constexpr std::string_view name = "avg_pool2d";
  long divisor = 4;

  constexpr static void attributes(auto& self, auto&& visit) {
    Window2d::attributes(self, visit);
    visit("divisor", self.divisor);
  }
  constexpr Inferred infer(Specs operands) const {
    const PoolingTexts texts STATOR_POOLING_TEXTS("avg_pool2d", "[N, C, H, W]", "height and width");
    return divisor < 1 ? Inferred(texts.amounts) : Window2d::infer(operands, texts);
  }
};

/// The cotangent of avg_pool2d's x. Operand: dy. The result is of x's type.
struct AvgPool2dGrad : AvgPool2d {
  static constexpr std::string_view name = "avg_pool2d_grad";
  constexpr Inferred infer(Specs operands) const = delete;
  constexpr Inferred check(Specs operands, const TensorSpec& result) const {
    Inferred dy = AvgPool2d::infer({&result, 1});
    if (!dy.ok()) return dy;
    bool fits = dy.spec.extents == operands[0].extents && dy.spec.dtype == operands[0].dtype;
    return fits ? Inferred(result) : "avg_pool2d_grad: the cotangent is not of the pooled type";
  }
};

}  // namespace rule

namespace detail {
template <class Pooling, class X, Size2d Kernel, Size2d Stride, Size2d Padding, Size2d Dilation, bool CeilMode>
constexpr Pooling pooling() {
  Pooling made;
  made.kernel = Integers(Kernel.height, Kernel.width);
  made.stride = Integers(Stride.height, Stride.width);
  made.dilation = Integers(Dilation.height, Dilation.width);
  made.pad(0, X::tensor::spec.extents, Padding.height, CeilMode);
  made.pad(1, X::tensor::spec.extents, Padding.width, CeilMode);
  return made;
}
template <class X, Size2d Kernel, Size2d Stride, Size2d Padding, bool CeilMode, long Divisor>
constexpr rule::AvgPool2d averaging() {
  rule::AvgPool2d made = pooling<rule::AvgPool2d, X, Kernel, Stride, Padding, Size2d(1), CeilMode>();
  made.divisor = Divisor;
  return made;
}

/// Ones wherever an average counts an element: the image, and where padding counts its padding too; [1, 1, H, W].
template <rule::AvgPool2d Sum, Size2d Counted, Operand X> constexpr auto counted_elements(const X& x) {
  constexpr Extents image = X::tensor::spec.extents;
  using Plane = type::Tensor<dtype_tag_t<X::tensor::spec.dtype>, 1L, 1L, image[2].number + 2 * Counted.height,
                             image[3].number + 2 * Counted.width>;
  constexpr rule::AvgPool2d inner = [] {
    rule::AvgPool2d pool = Sum;
    for (int i = 0; i < 4; ++i) pool.padding.at[i] -= i < 2 ? Counted.height : Counted.width;
    return pool;
  }();
  return apply<inner>(Expr<Plane>{{literal(x.context, 1, Plane::spec)}});
}
}  // namespace detail

/// The greatest element of each window of [N, C, H, W]. Padding counts as -infinity. The gradient goes to the first of
/// equal elements. Source: torch.nn.functional.max_pool2d.
template <Size2d Kernel, Size2d Stride = Kernel, Size2d Padding = 0, Size2d Dilation = 1, bool CeilMode = false,
          Operand X>
requires Fits<detail::pooling<rule::MaxPool2d, X, Kernel, Stride, Padding, Dilation, CeilMode>(), X>
constexpr auto max_pool2d(const X& x) {
  return apply<detail::pooling<rule::MaxPool2d, X, Kernel, Stride, Padding, Dilation, CeilMode>()>(x);
}
template <Size2d Kernel, Size2d Stride = Kernel, Size2d Padding = 0, Size2d Dilation = 1, bool CeilMode = false,
          Operand X>
requires(!Fits<detail::pooling<rule::MaxPool2d, X, Kernel, Stride, Padding, Dilation, CeilMode>(), X>)
ShapeError<broken<detail::pooling<rule::MaxPool2d, X, Kernel, Stride, Padding, Dilation, CeilMode>(), X>, shape_of<X>>
max_pool2d(const X& x);

/// Values, and where they come from.
template <Operand Values, Operand Indices> struct WithIndices {
  Values values;
  Indices indices;
};

/// max_pool2d's values, and where each lies in its plane of H x W (i64). Source: torch.nn.MaxPool2d, return_indices.
template <Size2d Kernel, Size2d Stride = Kernel, Size2d Padding = 0, Size2d Dilation = 1, bool CeilMode = false,
          Operand X>
requires Fits<detail::pooling<rule::MaxPool2d, X, Kernel, Stride, Padding, Dilation, CeilMode>(), X>
constexpr auto max_pool2d_with_indices(const X& x) {
  auto values = max_pool2d<Kernel, Stride, Padding, Dilation, CeilMode>(x);
  auto indices = apply<detail::pooling<rule::MaxPool2dIndices, X, Kernel, Stride, Padding, Dilation, CeilMode>()>(x);
  return WithIndices<decltype(values), decltype(indices)>{values, indices};
}
template <Size2d Kernel, Size2d Stride = Kernel, Size2d Padding = 0, Size2d Dilation = 1, bool CeilMode = false,
          Operand X>
requires(!Fits<detail::pooling<rule::MaxPool2d, X, Kernel, Stride, Padding, Dilation, CeilMode>(), X>)
ShapeError<broken<detail::pooling<rule::MaxPool2d, X, Kernel, Stride, Padding, Dilation, CeilMode>(), X>, shape_of<X>>
max_pool2d_with_indices(const X& x);

/// The mean of each window of [N, C, H, W]; padding counts as zeros, or with `CountIncludePad` off does not count.
/// `DivisorOverride`: what sums are divided by instead; 0: nothing instead. Source: torch.nn.functional.avg_pool2d.
template <Size2d Kernel, Size2d Stride = Kernel, Size2d Padding = 0, bool CeilMode = false, bool CountIncludePad = true,
          long DivisorOverride = 0, Operand X>
requires Fits<detail::averaging<X, Kernel, Stride, Padding, CeilMode, 1>(), X> constexpr auto avg_pool2d(const X& x) {
  constexpr rule::AvgPool2d sum = detail::averaging<X, Kernel, Stride, Padding, CeilMode, 1>();
  constexpr Integers padded(Padding.height, Padding.height, Padding.width, Padding.width);
  constexpr bool all_count = sum.padding == (CountIncludePad ? padded : Integers(0, 0, 0, 0));
  if constexpr (DivisorOverride > 0 || all_count) {
    constexpr long divisor = DivisorOverride > 0 ? DivisorOverride : Kernel.height * Kernel.width;
    return apply<detail::averaging<X, Kernel, Stride, Padding, CeilMode, divisor>()>(x);
  } else {
    return apply<sum>(x) / detail::counted_elements<sum, CountIncludePad ? Padding : Size2d(0)>(x);
  }
}
template <Size2d Kernel, Size2d Stride = Kernel, Size2d Padding = 0, bool CeilMode = false, bool CountIncludePad = true,
          long DivisorOverride = 0, Operand X>
requires(!Fits<detail::averaging<X, Kernel, Stride, Padding, CeilMode, 1>(), X>)
ShapeError<broken<detail::averaging<X, Kernel, Stride, Padding, CeilMode, 1>(), X>, shape_of<X>> avg_pool2d(const X& x);

}  // namespace stator
