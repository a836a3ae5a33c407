// Layers without parameters that change an image's size: each is the function of its name.
#pragma once

#include "dsl/ops/adaptive_pooling.h"
#include "dsl/ops/resize.h"

namespace stator {

namespace detail {
template <class T> concept Complete = requires { sizeof(T); };
}  // namespace detail

/// The call operator of a layer that applies a function; where that turns the operand down, a mistake at the user's
/// line.
#define STATOR_LAYER_OF(...)                                                                      \
  template <Operand X> requires detail::Complete<decltype(__VA_ARGS__(std::declval<const X&>()))> \
  constexpr auto operator()(const X& x) const {                                                   \
    return __VA_ARGS__(x);                                                                        \
  }                                                                                               \
  template <Operand X> auto operator()(const X& x) const->decltype(__VA_ARGS__(x));

/// Source: torch.nn.MaxPool2d.
template <Size2d Kernel, Size2d Stride = Kernel, Size2d Padding = 0, Size2d Dilation = 1, bool CeilMode = false>
struct MaxPool2d {
  STATOR_LAYER_OF(max_pool2d<Kernel, Stride, Padding, Dilation, CeilMode>)
};

/// Source: torch.nn.AvgPool2d.
template <Size2d Kernel, Size2d Stride = Kernel, Size2d Padding = 0, bool CeilMode = false, bool CountIncludePad = true,
          long DivisorOverride = 0>
struct AvgPool2d {
  STATOR_LAYER_OF(avg_pool2d<Kernel, Stride, Padding, CeilMode, CountIncludePad, DivisorOverride>)
};

/// Source: torch.nn.MaxPool1d.
template <long Kernel, long Stride = Kernel, long Padding = 0, long Dilation = 1, bool CeilMode = false>
struct MaxPool1d {
  STATOR_LAYER_OF(max_pool1d<Kernel, Stride, Padding, Dilation, CeilMode>)
};

/// Source: torch.nn.AvgPool1d.
template <long Kernel, long Stride = Kernel, long Padding = 0, bool CeilMode = false, bool CountIncludePad = true>
struct AvgPool1d {
  STATOR_LAYER_OF(avg_pool1d<Kernel, Stride, Padding, CeilMode, CountIncludePad>)
};

/// Source: torch.nn.AdaptiveAvgPool2d; of size 1 it is global average pooling.
template <Size2d Size> struct AdaptiveAvgPool2d {
  STATOR_LAYER_OF(adaptive_avg_pool2d<Size>)
};

/// Source: torch.nn.AdaptiveMaxPool2d.
template <Size2d Size> struct AdaptiveMaxPool2d {
  STATOR_LAYER_OF(adaptive_max_pool2d<Size>)
};

/// Source: torch.nn.Upsample: `Upsample<st::resize{.scale_factor = 2}>`.
template <resize Options> struct Upsample {
  STATOR_LAYER_OF(interpolate<Options>)
};

/// Source: torch.nn.PixelShuffle.
template <long UpscaleFactor> struct PixelShuffle {
  STATOR_LAYER_OF(pixel_shuffle<UpscaleFactor>)
};

/// Source: torch.nn.PixelUnshuffle.
template <long DownscaleFactor> struct PixelUnshuffle {
  STATOR_LAYER_OF(pixel_unshuffle<DownscaleFactor>)
};

#undef STATOR_LAYER_OF

}  // namespace stator
