// Images of another size: nearest neighbours, and channels laid out as pixels.
#pragma once

#include "compiler/interface/ops/pooling.h"
#include "dsl/ops/pieces.h"
#include "dsl/ops/repeat.h"

namespace stator {

/// How interpolate finds an element: floor(i * scale), or floor((i + 1/2) * scale).
enum class Interpolation : unsigned char { nearest, nearest_exact };

/// An amount for each of one to three axes, or one for all; none unless given.
template <class T> struct PerAxis {
  int count = 0;
  T at[3]{};

  constexpr PerAxis() = default;
  template <class... N> requires(sizeof...(N) >= 1 && sizeof...(N) <= 3)
  constexpr PerAxis(N... amounts) : count(sizeof...(N)), at{T(amounts)...} {}
  constexpr bool is_given() const { return count > 0; }
  constexpr T operator[](int axis) const { return at[count == 1 ? 0 : axis]; }
  constexpr bool operator==(const PerAxis&) const = default;
};

/// Options of interpolate and Upsample: a size or a factor, for each axis behind [N, C] or one for all.
/// Source: torch.nn.functional.interpolate.
struct resize {
  PerAxis<long> size = {};
  PerAxis<double> scale_factor = {};
  Interpolation mode = Interpolation::nearest;

  /// The extent of axis `axis` behind [N, C].
  constexpr long extent(int axis, long from) const {
    return size.is_given() ? size[axis] : static_cast<long>(static_cast<double>(from) * scale_factor[axis]);
  }
  /// The element that element `i` of the result is. Source: ATen/native/UpSample.h, in floats as there.
  constexpr long source(int axis, long i, long from, long to) const {
    float scale = size.is_given() ? static_cast<float>(from) / static_cast<float>(to)
                                  : static_cast<float>(1 / scale_factor[axis]);
    float half = mode == Interpolation::nearest_exact ? 0.5f : 0.0f;
    long at = static_cast<long>((static_cast<float>(i) + half) * scale);
    return at < from ? at : from - 1;
  }
  /// How often each element stands in the result; 0 where they differ.
  constexpr long repeats(int axis, long from, long to) const {
    if (to % from != 0) return 0;
    for (long i = 0; i < to; ++i)
      if (source(axis, i, from, to) != i / (to / from)) return 0;
    return to / from;
  }
};

namespace rule {

/// [N, C, L] -> [N, C, OL], [N, C, H, W] -> [N, C, OH, OW] or [N, C, D, H, W] -> [N, C, OD, OH, OW].
struct Interpolate {
  resize options;
  constexpr Inferred infer(Specs operands) const {
    TensorSpec result{operands[0].dtype, operands[0].extents};
    const int axes = result.rank() - 2, given = options.size.count + options.scale_factor.count;
    if (axes < 1 || axes > 3) return "interpolate: the input is not [N, C, L], [N, C, H, W] or [N, C, D, H, W]";
    if (options.size.is_given() == options.scale_factor.is_given())
      return "interpolate: either a size or a scale factor is needed";
    if (given != 1 && given != axes) return "interpolate: sizes or factors are needed for each axis, or one for all";
    for (int axis = 0; axis < axes; ++axis) {
      Extent& extent = result.extents[2 + axis];
      if (!extent.is_number()) return "interpolate: length, height, width and depth must be numbers";
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

/// `To` elements along one axis: each as often as any other, or runs of equal elements one after the other.
template <int Axis, resize Options, long To, Operand X> constexpr auto resize_axis(const X& x) {
  constexpr long from = X::tensor::spec.extents[Axis].number, repeats = Options.repeats(Axis - 2, from, To);
  constexpr auto source = [](long i) { return Options.source(Axis - 2, i, from, To); };
  constexpr auto begins = [=](long i) { return i == 0 || source(i) != source(i - 1); };
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
  if constexpr (repeats > 0) return repeat_interleave<repeats, Axis>(x);
  else
    return join_pieces<Axis, runs>([&]<long I>() {
      constexpr long start = start_of(I), element = source(start);
      return repeat_along<Axis, start_of(I + 1) - start>(part<Axis, element, element + 1>(x));
    });
}

/// The last axis of [N, C, ...] resized to `To`'s, then the one before it, ...
template <resize Options, Extents To, int Axis = To.rank - 1, Operand X> constexpr auto resize_axes(const X& x) {
  auto resized = resize_axis<Axis, Options, To.at[Axis].number>(x);
  if constexpr (Axis == 2) return resized;
  else return resize_axes<Options, To, Axis - 1>(resized);
}

/// Six axes of pixels and channels, moved, as four again. `apart`: the extents before they are moved.
template <auto Rule, Extents Apart, Operand X, int... Axes>
constexpr auto moved_pixels(const X& x, std::integer_sequence<int, Axes...>) {
  return apply<rule::Reshape{inferred<Rule, X>::spec.extents}>(permute<Axes...>(apply<rule::Reshape{Apart}>(x)));
}
}  // namespace detail

/// [N, C, L], [N, C, H, W] or [N, C, D, H, W] of another size behind [N, C], each element the nearest one.
/// Source: torch.nn.functional.interpolate.
///
///     interpolate<st::resize{.scale_factor = 2}>(x)
///     interpolate<st::resize{.size = {5, 7}}>(x)
template <resize Options, Operand X> requires Fits<rule::Interpolate{Options}, X>
constexpr result_t<rule::Interpolate{Options}, X> interpolate(const X& x) {
  constexpr Extents from = X::tensor::spec.extents;
  constexpr const TensorSpec& to = detail::inferred<rule::Interpolate{Options}, X>::spec;
  constexpr auto repeats = [=](int axis) {
    return Options.repeats(axis - 2, from[axis].number, to.extents[axis].number);
  };
  constexpr bool is_image = from.rank == 4;
  if constexpr (is_image && repeats(2) > 0 && repeats(3) > 0) return {detail::blocks_of<repeats(2), repeats(3)>(x, to)};
  else return {detail::resize_axes<Options, to.extents>(x)};
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
