// Elements repeated, moved around and bordered: expand, repeat, roll, pad, diagonals.
#pragma once

#include "dsl/ops/arrange.h"
#include "dsl/ops/indexing.h"
#include "dsl/ops/masking.h"
#include "dsl/ops/padding.h"

namespace stator {

namespace detail {
/// Extents that `x` is stretched to; -1 keeps the operand's. An extent of -1 in the result marks a mistake.
constexpr Extents expanded(const Extents& x, Extents to) {
  for (int i = 1; i <= to.rank; ++i) {
    bool keeps = to[-i] == Extent(-1);
    if (i > x.rank) continue;
    if (keeps) to[-i] = x[-i];
    else if (x[-i] != Extent(1) && x[-i] != to[-i]) to[-i] = Extent(-1);
  }
  return to.rank < x.rank ? Extents{0, Extent(-1)} : to;
}
template <class X, auto... E> struct Expanded {
  static constexpr TensorSpec spec{X::tensor::spec.dtype,
                                   expanded(X::tensor::spec.extents, Extents{0, canonical(E)...})};
};
}  // namespace detail

/// `x` with extents of 1 stretched to `E`, and new axes in front; -1 keeps the operand's extent. Source: torch.expand.
template <auto... E, Operand X> requires(rule::fits(detail::Expanded<X, E...>::spec.extents))
constexpr auto expand(const X& x) {
  using To = detail::Expanded<X, E...>;
  return Expr<tensor_from_t<To>>{detail::expand(x, X::tensor::spec, To::spec)};
}
template <auto... E, Operand X> requires(!rule::fits(detail::Expanded<X, E...>::spec.extents))
ShapeError<"expand: only extents of 1 stretch", shape_of<X>, Shape<detail::canonical(E)...>> expand(const X& x);

namespace detail {
/// Axis `at` as two, the one of `count` copies before or behind it.
constexpr TensorSpec with_copies(const TensorSpec& x, int at, long count, bool behind) {
  TensorSpec out{x.dtype, {}};
  for (int i = 0; i < x.rank(); ++i) {
    if (i == at && !behind) out.extents.push(Extent(count));
    out.extents.push(x.extents[i]);
    if (i == at && behind) out.extents.push(Extent(count));
  }
  return out;
}
template <class X, int Axis, long Count> struct Copied {
  static constexpr TensorSpec make() {
    TensorSpec out{X::tensor::spec.dtype, X::tensor::spec.extents};
    out.extents[Axis] = out.extents[Axis] * Extent(Count);
    return out;
  }
  static constexpr TensorSpec spec = make();
};
/// `Count` copies along `Axis`: of the whole one after the other, or (`Each`) of each element.
template <int Axis, long Count, bool Each, Operand X> constexpr auto copies(const X& x) {
  if constexpr (Count == 1) {
    return x;
  } else {
    constexpr TensorSpec single = with_copies(X::tensor::spec, Axis, 1, Each),
                         all = with_copies(X::tensor::spec, Axis, Count, Each);
    using To = Copied<X, Axis, Count>;
    Held stretched = convert(rule::Broadcast::name, convert(rule::Reshape::name, x, single), all);
    return Expr<tensor_from_t<To>>{convert(rule::Reshape::name, stretched, To::spec)};
  }
}
template <int Axis, Operand X, long First, long... Rest>
constexpr auto repeated(const X& x, std::integer_sequence<long, First, Rest...>) {
  auto copied = copies<Axis, First, false>(x);
  if constexpr (sizeof...(Rest) == 0) return copied;
  else return repeated<Axis + 1>(copied, std::integer_sequence<long, Rest...>{});
}
/// `x` with axes of 1 in front, up to rank `Rank`.
template <int Rank, Operand X> constexpr auto of_rank(const X& x) {
  if constexpr (X::tensor::spec.rank() >= Rank) return x;
  else return of_rank<Rank>(unsqueeze<0>(x));
}
template <Operand X, long... Counts> inline constexpr bool repeats = sizeof...(Counts) >= X::tensor::spec.rank() &&
                                                                     sizeof...(Counts) < max_rank &&
                                                                     sizeof...(Counts) > 0 && (... && (Counts > 0));
}  // namespace detail

/// `Counts` copies along each axis, new axes in front. Source: torch.Tensor.repeat.
template <long... Counts, Operand X> requires(detail::repeats<X, Counts...>) constexpr auto repeat(const X& x) {
  return detail::repeated<0>(detail::of_rank<sizeof...(Counts)>(x), std::integer_sequence<long, Counts...>{});
}
template <long... Counts, Operand X> requires(!detail::repeats<X, Counts...>)
ShapeError<"repeat: one positive count for each axis is needed, for at most 5", shape_of<X>> repeat(const X& x);

/// Each element `Count` times along `Axis`. Source: torch.repeat_interleave.
template <long Count, int Axis, Operand X>
requires(Count > 0 && X::tensor::spec.extents.has_axis(Axis) && X::tensor::spec.rank() < max_rank)
constexpr auto repeat_interleave(const X& x) {
  return detail::copies<X::tensor::spec.extents.axis_from_front(Axis), Count, true>(x);
}
template <long Count, int Axis, Operand X>
requires(!(Count > 0 && X::tensor::spec.extents.has_axis(Axis) && X::tensor::spec.rank() < max_rank))
ShapeError<"repeat_interleave: the axis is not one of the operand's, or the count below 1", shape_of<X>>
repeat_interleave(const X& x);

/// The elements moved by `Shift` along `Axis`; what leaves at one end enters at the other. Source: torch.roll.
template <long Shift, int Axis, Operand X> requires(detail::is_cut_along<X, Axis>()) constexpr auto roll(const X& x) {
  constexpr long extent = X::tensor::spec.extents[Axis].number,
                 by = extent == 0 ? 0 : (Shift % extent + extent) % extent;
  if constexpr (by == 0) return x;
  else return cat<Axis>(slice<Axis, extent - by>(x), slice<Axis, 0, extent - by>(x));
}
template <long Shift, int Axis, Operand X> requires(!detail::is_cut_along<X, Axis>())
ShapeError<"roll: no such axis of numbers", shape_of<X>> roll(const X& x);

namespace detail {
constexpr Extents unflattened(const Extents& from, int axis, const Extents& to) {
  Extents out;
  for (int i = 0; i < from.rank; ++i) {
    if (i != axis) out.push(from[i]);
    else
      for (int k = 0; k < to.rank; ++k) out.push(to[k]);
  }
  return out;
}
template <class X, int Axis, auto... E> constexpr rule::Reshape unflattening() {
  constexpr Extents from = X::tensor::spec.extents;
  return {unflattened(from, from.axis_from_front(Axis), Extents{0, canonical(E)...})};
}
}  // namespace detail

/// Axis `Axis` as several of extents `E`, of which one may be -1. Source: torch.unflatten.
template <int Axis, auto... E, Operand X>
requires(detail::has_axes<X, Axis> && Fits<detail::unflattening<X, Axis, E...>(), X>)
constexpr auto unflatten(const X& x) {
  return apply<detail::unflattening<X, Axis, E...>()>(x);
}
template <int Axis, auto... E, Operand X>
requires(!(detail::has_axes<X, Axis> && Fits<detail::unflattening<X, Axis, E...>(), X>))
ShapeError<"unflatten: the extents do not multiply to the axis's", shape_of<X>, Shape<detail::canonical(E)...>>
unflatten(const X& x);

namespace detail {
template <PaddingMode Mode, int Axis, long Low, long High, Operand X>
constexpr auto bordered(const X& x, double value) {
  constexpr long extent = X::tensor::spec.extents[Axis].number;
  if constexpr (Low == 0 && High == 0) return x;
  else if constexpr (Low < 0 || High < 0)
    return bordered<Mode, Axis, (Low > 0 ? Low : 0), (High > 0 ? High : 0)>(
        slice<Axis, (Low < 0 ? -Low : 0), (High < 0 ? extent + High : extent)>(x), value);
  else if constexpr (Mode == PaddingMode::zeros) return pad_along<Axis, Low, High>(x, value);
  else return continued<Mode, Axis, Low, High>(x);
}
template <PaddingMode Mode, int Axis, long Low, long High, long... Rest, Operand X>
constexpr auto padded(const X& x, double value) {
  auto one = bordered<Mode, Axis, Low, High>(x, value);
  if constexpr (sizeof...(Rest) == 0) return one;
  else return padded<Mode, Axis - 1, Rest...>(one, value);
}
/// Whether each axis is long enough for what is taken of it.
template <Operand X, PaddingMode Mode, long... Amounts> constexpr bool can_pad() {
  constexpr long amounts[]{Amounts..., 0};
  constexpr int axes = sizeof...(Amounts) / 2, rank = X::tensor::spec.rank();
  if (sizeof...(Amounts) == 0 || sizeof...(Amounts) % 2 || axes > rank) return false;
  for (int i = 0; i < axes; ++i) {
    const Extent& extent = X::tensor::spec.extents[rank - 1 - i];
    const long low = amounts[2 * i], high = amounts[2 * i + 1], more = low > high ? low : high;
    if (!extent.is_number() || extent.number + (low < 0 ? low : 0) + (high < 0 ? high : 0) < 0) return false;
    if (Mode != PaddingMode::zeros && (low < 0 || high < 0)) return false;
    if (Mode == PaddingMode::reflect && more >= extent.number) return false;
    if (Mode == PaddingMode::circular && more > extent.number) return false;
    if (Mode == PaddingMode::replicate && extent.number == 0) return false;
  }
  return true;
}
}  // namespace detail

/// `x` with a border: amounts before and behind the last axis, then the one before it, ...; negative ones cut.
/// Source: torch.nn.functional.pad, whose modes they are.
template <PaddingMode Mode, long... Amounts, Operand X> requires(detail::can_pad<X, Mode, Amounts...>())
constexpr auto pad(const X& x, double value = 0) {
  return detail::padded<Mode, X::tensor::spec.rank() - 1, Amounts...>(x, value);
}
template <PaddingMode Mode, long... Amounts, Operand X> requires(!detail::can_pad<X, Mode, Amounts...>())
ShapeError<"pad: the amounts do not suit the axes, last one first", shape_of<X>> pad(const X& x, double value = 0);
/// The same with `value` around it.
template <long... Amounts, Operand X> requires(detail::can_pad<X, PaddingMode::zeros, Amounts...>())
constexpr auto pad(const X& x, double value = 0) {
  return pad<PaddingMode::zeros, Amounts...>(x, value);
}

namespace detail {
/// How long diagonal `Offset` of the last two axes is.
template <Operand X, long Offset> constexpr long diagonal_length() {
  constexpr Extents e = X::tensor::spec.extents;
  if (e.rank < 2 || !e[-2].is_number() || !e[-1].is_number()) return -1;
  const long rows = e[-2].number - (Offset < 0 ? -Offset : 0), columns = e[-1].number - (Offset > 0 ? Offset : 0);
  return rows < columns ? rows : columns;
}
}  // namespace detail

/// The diagonal `Offset` of the last two axes: [..., N]. Source: torch.diagonal(dim1=-2, dim2=-1).
template <long Offset = 0, Operand X> requires(detail::diagonal_length<X, Offset>() > 0)
constexpr auto diagonal(const X& x) {
  constexpr long length = detail::diagonal_length<X, Offset>();
  auto square = narrow<-1, (Offset > 0 ? Offset : 0), length>(narrow<-2, (Offset < 0 ? -Offset : 0), length>(x));
  return sum<-1>(where(detail::positions<-2>(square) == detail::positions<-1>(square), square, 0));
}
template <long Offset = 0, Operand X> requires(detail::diagonal_length<X, Offset>() <= 0)
ShapeError<"diagonal: the last two axes have no such diagonal", shape_of<X>> diagonal(const X& x);

/// Matrices with the last axis on diagonal `Offset`, zeros elsewhere: [..., N] -> [..., M, M]. Source:
/// torch.diag_embed.
template <long Offset = 0, Operand X>
requires(X::tensor::spec.rank() >= 1 && X::tensor::spec.rank() < max_rank && detail::is_cut_along<X, -1>())
constexpr auto diag_embed(const X& x) {
  constexpr long by = Offset < 0 ? -Offset : Offset;
  auto rows = pad<(Offset < 0 ? by : 0), (Offset < 0 ? 0 : by)>(x);
  auto column = unsqueeze<-1>(rows);
  auto across = unsqueeze<-2>(rows);
  return where(detail::positions<-2>(column) + Offset == detail::positions<-1>(across), column, 0);
}
template <long Offset = 0, Operand X>
requires(!(X::tensor::spec.rank() >= 1 && X::tensor::spec.rank() < max_rank && detail::is_cut_along<X, -1>()))
ShapeError<"diag_embed: the operand has no last axis of numbers, or too many axes", shape_of<X>> diag_embed(const X& x);

}  // namespace stator
