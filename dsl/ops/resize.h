// Images of another size: nearest neighbours, and channels laid out as pixels.
#pragma once

#include "compiler/interface/ops/pooling.h"
#include "dsl/ops/pieces.h"

namespace stator {

/// How interpolate finds an element: floor(i * scale), or floor((i + 1/2) * scale).
enum class Interpolation : unsigned char { nearest, nearest_exact };

/// Options of interpolate and Upsample: a size, or a factor for both axes. Source: torch.nn.functional.interpolate.
struct resize {
  Size2d size = 0;
  double scale_factor = 0;
  Interpolation mode = Interpolation::nearest;

  constexpr long extent(int axis, long from) const {
    if (scale_factor > 0) return static_cast<long>(static_cast<double>(from) * scale_factor);
    return axis == 0 ? size.height : size.width;
  }
  /// The element that element `i` of the result is. Source: ATen/native/UpSample.h, in floats as there.
  constexpr long source(long i, long from, long to) const {
    float scale =
        scale_factor > 0 ? static_cast<float>(1 / scale_factor) : static_cast<float>(from) / static_cast<float>(to);
    float half = mode == Interpolation::nearest_exact ? 0.5f : 0.0f;
    long at = static_cast<long>((static_cast<float>(i) + half) * scale);
    return at < from ? at : from - 1;
  }
  /// How often each element stands in the result; 0 where they differ.
  constexpr long repeats(long from, long to) const {
    if (to % from != 0) return 0;
    for (long i = 0; i < to; ++i)
      if (source(i, from, to) != i / (to / from)) return 0;
    return to / from;
  }
};

namespace rule {

/// [N, C, H, W] -> [N, C, OH, OW].
struct Interpolate {
  resize options;
  constexpr Inferred infer(Specs operands) const {
    TensorSpec result{operands[0].dtype, operands[0].extents};
    if (result.rank() != 4) return "interpolate: the input is not [N, C, H, W]";
    if ((options.scale_factor > 0) == (options.size.height > 0 || options.size.width > 0))
      return "interpolate: either a size or a scale factor is needed";
    for (int axis = 0; axis < 2; ++axis) {
      Extent& extent = result.extents[2 + axis];
      if (!extent.is_number()) return "interpolate: height and width must be numbers";
      if (extent.number < 1 || options.extent(axis, extent.number) < 1) return "interpolate: a size below 1";
      extent = Extent(options.extent(axis, extent.number));
    }
    return result;
  }
};

/// [N, C r r, H, W] -> [N, C, H r, W r].
struct PixelShuffle {
  long factor = 1;
  constexpr Inferred infer(Specs operands) const {
    TensorSpec result = operands[0];
    if (result.rank() != 4) return "pixel_shuffle: the input is not [N, C, H, W]";
    if (factor < 1) return "pixel_shuffle: the factor is below 1";
    if (!result.extents[1].is_number() || result.extents[1].number % (factor * factor) != 0)
      return "pixel_shuffle: the factor's square does not divide the channels";
    result.extents[1] = Extent(result.extents[1].number / (factor * factor));
    for (int axis : {2, 3}) result.extents[axis] = result.extents[axis] * Extent(factor);
    return result;
  }
};

/// [N, C, H r, W r] -> [N, C r r, H, W].
struct PixelUnshuffle {
  long factor = 1;
  constexpr Inferred infer(Specs operands) const {
    TensorSpec result = operands[0];
    if (result.rank() != 4) return "pixel_unshuffle: the input is not [N, C, H, W]";
    if (factor < 1) return "pixel_unshuffle: the factor is below 1";
    result.extents[1] = result.extents[1] * Extent(factor * factor);
    for (int axis : {2, 3}) {
      result.extents[axis] = divide(result.extents[axis], Extent(factor));
      if (result.extents[axis] == Extent(-1)) return "pixel_unshuffle: the factor does not divide height and width";
    }
    return result;
  }
};

}  // namespace rule

namespace detail {
/// Each element of [N, C, H, W] as a block: what an average's gradient does.
template <long Height, long Width, Operand X> constexpr auto blocks_of(const X& x, const TensorSpec& result) {
  constexpr rule::AvgPool2dGrad blocks{
      {{Integers(Height, Width), Integers(Height, Width), Integers(0, 0, 0, 0), Integers(1, 1), Integers(2, 3)}, 1}};
  return perform(blocks, result, x);
}

/// Along one axis, runs of equal elements one after the other.
template <int Axis, resize Options, long To, Operand X> constexpr auto resize_axis(const X& x) {
  constexpr long from = X::tensor::spec.extents[Axis].number;
  constexpr auto begins = [](long i) {
    return i == 0 || Options.source(i, from, To) != Options.source(i - 1, from, To);
  };
  constexpr auto start_of = [=](long run) {  // the first element of the result in that run; `To` after the last
    long i = -1;
    for (long seen = -1; seen < run && i < To;) seen += ++i == To || begins(i);
    return i;
  };
  constexpr long runs = [=] {
    long count = 0;
    for (long i = 0; i < To; ++i) count += begins(i);
    return count;
  }();
  if constexpr (runs == from && To == from) return x;
  else
    return join_pieces<Axis, runs>([&]<long I>() {
      constexpr long start = start_of(I), element = Options.source(start, from, To);
      return repeat_along<Axis, start_of(I + 1) - start>(part<Axis, element, element + 1>(x));
    });
}

/// Six axes of pixels and channels, moved, as four again. `apart`: the extents before they are moved.
template <auto Rule, Extents Apart, Operand X, int... Axes>
constexpr auto moved_pixels(const X& x, std::integer_sequence<int, Axes...>) {
  return apply<rule::Reshape{inferred<Rule, X>::spec.extents}>(permute<Axes...>(apply<rule::Reshape{Apart}>(x)));
}
}  // namespace detail

/// [N, C, H, W] of another height and width, each element the nearest one. Source: torch.nn.functional.interpolate.
///
///     interpolate<st::resize{.scale_factor = 2}>(x)
template <resize Options, Operand X> requires Fits<rule::Interpolate{Options}, X>
constexpr result_t<rule::Interpolate{Options}, X> interpolate(const X& x) {
  constexpr Extents from = X::tensor::spec.extents;
  constexpr const TensorSpec& to = detail::inferred<rule::Interpolate{Options}, X>::spec;
  constexpr long height = Options.repeats(from[2].number, to.extents[2].number);
  constexpr long width = Options.repeats(from[3].number, to.extents[3].number);
  if constexpr (height > 0 && width > 0) return {detail::blocks_of<height, width>(x, to)};
  else
    return {detail::resize_axis<3, Options, to.extents[3].number>(
        detail::resize_axis<2, Options, to.extents[2].number>(x))};
}
template <resize Options, Operand X> requires(!Fits<rule::Interpolate{Options}, X>)
ShapeError<broken<rule::Interpolate{Options}, X>, shape_of<X>> interpolate(const X& x);

/// [N, C r r, H, W] -> [N, C, H r, W r]. Source: torch.nn.functional.pixel_shuffle.
template <long UpscaleFactor, Operand X> requires Fits<rule::PixelShuffle{UpscaleFactor}, X>
constexpr auto pixel_shuffle(const X& x) {
  constexpr rule::PixelShuffle shuffle{UpscaleFactor};
  constexpr Extents from = X::tensor::spec.extents, to = detail::inferred<shuffle, X>::spec.extents;
  constexpr Extents apart{0, from[0], to[1], UpscaleFactor, UpscaleFactor, from[2], from[3]};
  return detail::moved_pixels<shuffle, apart>(x, std::integer_sequence<int, 0, 1, 4, 2, 5, 3>{});
}
template <long UpscaleFactor, Operand X> requires(!Fits<rule::PixelShuffle{UpscaleFactor}, X>)
ShapeError<broken<rule::PixelShuffle{UpscaleFactor}, X>, shape_of<X>> pixel_shuffle(const X& x);

/// [N, C, H r, W r] -> [N, C r r, H, W]. Source: torch.nn.functional.pixel_unshuffle.
template <long DownscaleFactor, Operand X> requires Fits<rule::PixelUnshuffle{DownscaleFactor}, X>
constexpr auto pixel_unshuffle(const X& x) {
  constexpr rule::PixelUnshuffle unshuffle{DownscaleFactor};
  constexpr Extents from = X::tensor::spec.extents, to = detail::inferred<unshuffle, X>::spec.extents;
  constexpr Extents apart{0, from[0], from[1], to[2], DownscaleFactor, to[3], DownscaleFactor};
  return detail::moved_pixels<unshuffle, apart>(x, std::integer_sequence<int, 0, 1, 3, 5, 2, 4>{});
}
template <long DownscaleFactor, Operand X> requires(!Fits<rule::PixelUnshuffle{DownscaleFactor}, X>)
ShapeError<broken<rule::PixelUnshuffle{DownscaleFactor}, X>, shape_of<X>> pixel_unshuffle(const X& x);

}  // namespace stator
