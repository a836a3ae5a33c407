// Arranging tensors: axes put in and taken out, pieces cut out and joined, elements repeated.
#pragma once

#include <boost/hana/tuple.hpp>
#include <limits>
#include <utility>

#include "compiler/interface/ops/elementwise.h"
#include "compiler/interface/ops/movement.h"

namespace stator {

/// The end of an axis, in `slice`.
inline constexpr long to_end = std::numeric_limits<long>::max();

namespace detail {
/// `extents` with an axis of 1 put in before axis `at`; negative counts from the end of the result.
constexpr Extents with_axis(const Extents& extents, int at) {
  Extents out;
  if (at < 0) at += extents.rank + 1;
  for (int i = 0; i <= extents.rank; ++i) {
    if (i == at) out.push(Extent(1));
    if (i < extents.rank) out.push(extents[i]);
  }
  return out;
}
template <class X, int Axis> inline constexpr bool has_place_for_axis =
    X::tensor::spec.rank() < max_rank && Axis >= -X::tensor::spec.rank() - 1 && Axis <= X::tensor::spec.rank();

/// Without the named axes that are 1, or without all that are 1 where none is named.
template <int... Axes> constexpr Extents squeezed(const Extents& extents) {
  Extents out;
  for (int i = 0; i < extents.rank; ++i) {
    bool named = sizeof...(Axes) == 0 || (... || (extents.axis_from_front(Axes) == i));
    if (!named || extents[i] != Extent(1)) out.push(extents[i]);
  }
  return out;
}
}  // namespace detail

/// `x` with an axis of extent 1 at place `Axis` of the result. Source: torch.unsqueeze.
template <int Axis, Operand X> requires(detail::has_place_for_axis<X, Axis>) constexpr auto unsqueeze(const X& x) {
  return apply<rule::Reshape{detail::with_axis(X::tensor::spec.extents, Axis)}>(x);
}
template <int Axis, Operand X> requires(!detail::has_place_for_axis<X, Axis>)
ShapeError<"unsqueeze: the result has no such axis", shape_of<X>> unsqueeze(const X& x);

/// `x` without those of the named axes that are 1; without all that are, where none is named. Source: torch.squeeze.
template <int... Axes, Operand X> requires(detail::has_axes<X, Axes...>) constexpr auto squeeze(const X& x) {
  return apply<rule::Reshape{detail::squeezed<Axes...>(X::tensor::spec.extents)}>(x);
}
template <int... Axes, Operand X> requires(!detail::has_axes<X, Axes...>)
ShapeError<"squeeze: an axis is not one of the operand's", shape_of<X>> squeeze(const X& x);

namespace detail {
/// `bound` counted from the end where negative, and brought into [0, extent], as Python does.
constexpr long python_bound(long bound, long extent) {
  if (bound < 0) bound += extent;
  return bound < 0 ? 0 : bound > extent ? extent : bound;
}
/// `x[start:stop:step]` along one axis.
constexpr rule::Slice sliced(const Extents& extents, int axis, long start, long stop, long step) {
  rule::Slice s;
  for (int i = 0; i < extents.rank; ++i) {
    bool whole = i != extents.axis_from_front(axis) || !extents[i].is_number();
    long from = whole ? 0 : python_bound(start, extents[i].number),
         to = whole ? 0 : python_bound(stop, extents[i].number);
    s.start.push(from), s.stop.push(whole ? -1 : to < from ? from : to), s.step.push(whole ? 1 : step);
  }
  return s;
}
template <Operand X, int Axis, long Step> struct SliceMistake {
  static constexpr const char* find() {
    constexpr Extents extents = X::tensor::spec.extents;
    if (!extents.has_axis(Axis)) return "slice: the axis is not one of the operand's";
    if (!extents[Axis].is_number()) return "slice: a symbolic extent can only be taken whole";
    return Step < 1 ? "slice: the step is below 1" : nullptr;
  }
  static constexpr const char* message = find();
};
}  // namespace detail

/// x[Start:Stop:Step] along `Axis`: bounds may count from the end or lie beyond it, as in Python.
template <int Axis, long Start, long Stop = to_end, long Step = 1, Operand X>
requires(detail::SliceMistake<X, Axis, Step>::message == nullptr) constexpr auto slice(const X& x) {
  return apply<detail::sliced(X::tensor::spec.extents, Axis, Start, Stop, Step)>(x);
}
template <int Axis, long Start, long Stop = to_end, long Step = 1, Operand X>
requires(detail::SliceMistake<X, Axis, Step>::message != nullptr)
ShapeError<text_of<detail::SliceMistake<X, Axis, Step>>, shape_of<X>> slice(const X& x);

namespace detail {
template <Operand X, int Axis, long Start, long Length> struct NarrowMistake {
  static constexpr const char* find() {
    constexpr Extents extents = X::tensor::spec.extents;
    if (!extents.has_axis(Axis)) return "narrow: the axis is not one of the operand's";
    if (!extents[Axis].is_number()) return "narrow: a symbolic extent can only be taken whole";
    const long start = Start < 0 ? Start + extents[Axis].number : Start;
    return start < 0 || Length < 0 || start + Length > extents[Axis].number
               ? "narrow: the range lies outside the operand"
               : nullptr;
  }
  static constexpr const char* message = find();
  static constexpr long start() { return Start < 0 ? Start + X::tensor::spec.extents[Axis].number : Start; }
};
}  // namespace detail

/// `Length` elements from `Start` on along `Axis`. Source: torch.narrow.
template <int Axis, long Start, long Length, Operand X>
requires(detail::NarrowMistake<X, Axis, Start, Length>::message == nullptr) constexpr auto narrow(const X& x) {
  constexpr long start = detail::NarrowMistake<X, Axis, Start, Length>::start();
  return apply<detail::sliced(X::tensor::spec.extents, Axis, start, start + Length, 1)>(x);
}
template <int Axis, long Start, long Length, Operand X>
requires(detail::NarrowMistake<X, Axis, Start, Length>::message != nullptr)
ShapeError<text_of<detail::NarrowMistake<X, Axis, Start, Length>>, shape_of<X>> narrow(const X& x);

/// Element `Index` (from the end where negative) along `Axis`, which goes. Source: torch.select.
template <int Axis, long Index, Operand X> requires(detail::NarrowMistake<X, Axis, Index, 1>::message == nullptr)
constexpr auto select(const X& x) {
  return squeeze<Axis>(narrow<Axis, Index, 1>(x));
}
template <int Axis, long Index, Operand X> requires(detail::NarrowMistake<X, Axis, Index, 1>::message != nullptr)
ShapeError<"select: the index is not one of the axis, or the axis not one of the operand's", shape_of<X>> select(
    const X& x);

/// The sizes of `split`'s pieces: `split<sizes<1, 3, 1>, 1>(x)`.
template <long... S> inline constexpr Integers sizes{S...};

namespace detail {
/// Where each piece begins, and the end: of equal pieces (the last one smaller), or of the sizes that are given.
constexpr Integers piece_bounds(long size, long extent) {
  Integers bounds{0L};
  for (long at = size; at < extent && bounds.count < Integers::capacity - 1; at += size) bounds.push(at);
  bounds.push(extent);
  return bounds;
}
constexpr Integers piece_bounds(const Integers& sizes, long) {
  Integers bounds{0L};
  for (int i = 0; i < sizes.count; ++i) bounds.push(bounds[i] + sizes[i]);
  return bounds;
}
constexpr bool makes_pieces(long size, long extent) {
  return size > 0 && (extent + size - 1) / size < Integers::capacity;
}
constexpr bool makes_pieces(const Integers& sizes, long extent) {
  return sizes.count < Integers::capacity && piece_bounds(sizes, extent)[sizes.count] == extent;
}
template <Operand X, int Axis> constexpr bool is_cut_along() {
  return X::tensor::spec.extents.has_axis(Axis) && X::tensor::spec.extents[Axis].is_number();
}
template <Operand X, auto Sizes, int Axis> constexpr bool is_split() {
  if constexpr (!is_cut_along<X, Axis>()) return false;
  else return makes_pieces(Sizes, X::tensor::spec.extents[Axis].number);
}
template <auto Bounds, int Axis, Operand X> constexpr auto pieces(const X& x) {
  return [&]<int... I>(std::integer_sequence<int, I...>) {
    return boost::hana::tuple<decltype(slice<Axis, Bounds[I], Bounds[I + 1]>(x))...>{
        slice<Axis, Bounds[I], Bounds[I + 1]>(x)...};
  }(std::make_integer_sequence<int, Bounds.count - 1>{});
}
}  // namespace detail

/// Pieces of `Sizes` elements along `Axis` (the last one may be smaller), or of `sizes<...>`, as a hana::tuple of at
/// most
/// 11. Source: torch.split.
template <auto Sizes, int Axis = 0, Operand X> requires(detail::is_split<X, Sizes, Axis>())
constexpr auto split(const X& x) {
  return detail::pieces<detail::piece_bounds(Sizes, X::tensor::spec.extents[Axis].number), Axis>(x);
}
template <auto Sizes, int Axis = 0, Operand X> requires(!detail::is_split<X, Sizes, Axis>())
ShapeError<"split: the sizes are not those of an axis of the operand", shape_of<X>> split(const X& x);

/// At most `Count` pieces along `Axis`, of equal size but for the last, as a hana::tuple. Source: torch.chunk.
template <long Count, int Axis = 0, Operand X>
requires(Count > 0 && Count < Integers::capacity && detail::is_cut_along<X, Axis>()) constexpr auto chunk(const X& x) {
  constexpr long extent = X::tensor::spec.extents[Axis].number, size = extent == 0 ? 1 : (extent + Count - 1) / Count;
  return split<size, Axis>(x);
}
template <long Count, int Axis = 0, Operand X>
requires(!(Count > 0 && Count < Integers::capacity && detail::is_cut_along<X, Axis>()))
ShapeError<"chunk: no such axis of numbers, or a count outside 1 to 11", shape_of<X>> chunk(const X& x);

/// The elements along `Axis`, which goes, as a hana::tuple of at most 11. Source: torch.unbind.
template <int Axis = 0, Operand X> requires(detail::is_split<X, 1L, Axis>()) constexpr auto unbind(const X& x) {
  return [&]<long... I>(std::integer_sequence<long, I...>) {
    return boost::hana::tuple<decltype(select<Axis, I>(x))...>{select<Axis, I>(x)...};
  }(std::make_integer_sequence<long, X::tensor::spec.extents[Axis].number>{});
}
template <int Axis = 0, Operand X> requires(!detail::is_split<X, 1L, Axis>())
ShapeError<"unbind: no such axis of at most 11 elements", shape_of<X>> unbind(const X& x);

/// The operands, which are of one shape, along a new axis at place `Axis` of the result. Source: torch.stack.
template <int Axis = 0, Operand First, Operand... X>
requires(detail::has_place_for_axis<First, Axis> && (... && (X::tensor::spec.extents == First::tensor::spec.extents &&
                                                             X::tensor::spec.dtype == First::tensor::spec.dtype)))
constexpr auto stack(const First& first, const X&... x) {
  if constexpr (sizeof...(X) == 0) return unsqueeze<Axis>(first);
  else return cat<Axis>(unsqueeze<Axis>(first), unsqueeze<Axis>(x)...);
}
template <int Axis = 0, Operand First, Operand... X>
requires(!(detail::has_place_for_axis<First, Axis> && (... && (X::tensor::spec.extents == First::tensor::spec.extents &&
                                                               X::tensor::spec.dtype == First::tensor::spec.dtype))))
ShapeError<"stack: shapes or dtypes differ, or the result has no such axis", shape_of<First>, shape_of<X>...> stack(
    const First& first, const X&... x);

/// The elements in the opposite order along `Axes`. Source: torch.flip.
template <int... Axes, Operand X> requires(detail::has_axes<X, Axes...>) constexpr auto flip(const X& x) {
  return apply<rule::Flip{Integers(long(X::tensor::spec.extents.axis_from_front(Axes))...)}>(x);
}
template <int... Axes, Operand X> requires(!detail::has_axes<X, Axes...>)
ShapeError<"flip: an axis is not one of the operand's", shape_of<X>> flip(const X& x);

namespace detail {
/// `before` copies of `value` in front of the axis, `after` behind it.
constexpr rule::Pad padded_along(int rank, int axis, long before, long after, double value) {
  rule::Pad pad;
  pad.value = value;
  for (int i = 0; i < rank; ++i)
    pad.low.push(i == axis ? before : 0), pad.high.push(i == axis ? after : 0), pad.interior.push(0);
  return pad;
}
template <int Axis, long Before, long After, Operand X> constexpr auto pad_along(const X& x, double value) {
  constexpr int rank = X::tensor::spec.rank(), axis = X::tensor::spec.extents.axis_from_front(Axis);
  constexpr rule::Pad shape = padded_along(rank, axis, Before, After, 0);
  constexpr const TensorSpec& result = inferred<shape, X>::spec;
  return result_t<shape, X>{perform(padded_along(rank, axis, Before, After, value), result, x)};
}
}  // namespace detail

}  // namespace stator
