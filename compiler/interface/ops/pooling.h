// Pooling over windows of two axes.
#pragma once

#include "compiler/interface/operand.h"

namespace stator {
namespace rule {

/// The window that both poolings share. `axes`: which axes are height and width ([2, 3] of [N, C, H, W]).
struct Window2d {
  Integers kernel{2, 2};
  Integers stride{2, 2};
  Integers padding{0, 0};
  Integers axes{2, 3};

  constexpr static void attributes(auto& self, auto&& visit) {
    visit("kernel", self.kernel);
    visit("stride", self.stride);
    visit("padding", self.padding);
    visit("axes", self.axes);
  }
  constexpr Inferred infer(Specs operands, const char* rank, const char* number, const char* large,
                           const char* pad) const {
    TensorSpec result{operands[0].dtype, operands[0].extents};
    if (result.rank() != 4) return rank;
    for (int i = 0; i < 2; ++i) {
      Extent& extent = result.extents[int(axes[i])];
      if (!extent.is_number()) return number;
      if (2 * padding[i] > kernel[i]) return pad;
      long padded = extent.number + 2 * padding[i];
      if (padded < kernel[i]) return large;
      extent = Extent((padded - kernel[i]) / stride[i] + 1);
    }
    return result;
  }
};

#define STATOR_POOLING(TYPE, NAME)                                                                            \
  struct TYPE : Window2d {                                                                                    \
    static constexpr std::string_view name = NAME;                                                            \
    constexpr Inferred infer(Specs operands) const {                                                          \
      return Window2d::infer(                                                                                 \
          operands, NAME ": the input is not [N, C, H, W]", NAME ": height and width must be numbers",        \
          NAME ": the window is larger than the padded input", NAME ": the padding exceeds half the window"); \
    }                                                                                                         \
  };
STATOR_POOLING(MaxPool2d, "max_pool2d")
STATOR_POOLING(AvgPool2d, "avg_pool2d")
#undef STATOR_POOLING

}  // namespace rule

namespace detail {
template <class Pooling, int Kernel, int Stride, int Padding> constexpr Pooling pooling() {
  constexpr int stride = Stride == 0 ? Kernel : Stride;
  return Pooling{{Integers(Kernel, Kernel), Integers(stride, stride), Integers(Padding, Padding), Integers(2, 3)}};
}
}  // namespace detail

/// The greatest element of each window of [N, C, H, W]; a stride of 0 is the kernel's size. Padding counts as
/// -infinity. The gradient goes to the first of equal elements. Source: torch.nn.functional.max_pool2d.
template <int Kernel, int Stride = 0, int Padding = 0, Operand X>
requires Fits<detail::pooling<rule::MaxPool2d, Kernel, Stride, Padding>(), X> constexpr auto max_pool2d(const X& x) {
  return apply<detail::pooling<rule::MaxPool2d, Kernel, Stride, Padding>()>(x);
}
template <int Kernel, int Stride = 0, int Padding = 0, Operand X>
requires(!Fits<detail::pooling<rule::MaxPool2d, Kernel, Stride, Padding>(), X>)
ShapeError<broken<detail::pooling<rule::MaxPool2d, Kernel, Stride, Padding>(), X>, shape_of<X>> max_pool2d(const X& x);

/// The mean of each window of [N, C, H, W]; padding counts as zeros. Source: torch.nn.functional.avg_pool2d.
template <int Kernel, int Stride = 0, int Padding = 0, Operand X>
requires Fits<detail::pooling<rule::AvgPool2d, Kernel, Stride, Padding>(), X> constexpr auto avg_pool2d(const X& x) {
  return apply<detail::pooling<rule::AvgPool2d, Kernel, Stride, Padding>()>(x);
}
template <int Kernel, int Stride = 0, int Padding = 0, Operand X>
requires(!Fits<detail::pooling<rule::AvgPool2d, Kernel, Stride, Padding>(), X>)
ShapeError<broken<detail::pooling<rule::AvgPool2d, Kernel, Stride, Padding>(), X>, shape_of<X>> avg_pool2d(const X& x);

}  // namespace stator
