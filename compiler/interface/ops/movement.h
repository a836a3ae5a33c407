// Ops that move elements without computing: reshape, permute, slice, pad, reverse, join.
#pragma once

#include "compiler/interface/ops/broadcast.h"

namespace stator {
namespace rule {

/// Axis `i` of the result is axis `axes[i]` of the operand.
struct Permute {
  static constexpr std::string_view name = "permute";
  static constexpr bool keeps_property = true;
  Integers axes;

  constexpr static void attributes(auto& self, auto&& visit) { visit("axes", self.axes); }
  constexpr Inferred infer(Specs operands) const {
    const TensorSpec& x = operands[0];
    if (axes.count != x.rank()) return "permute: as many axes as the operand's rank are needed";
    TensorSpec result = x;
    bool used[max_rank]{};
    for (int i = 0; i < axes.count; ++i) {
      if (!x.extents.has_axis(int(axes[i]))) return "permute: an axis is not one of the operand's";
      int from = x.extents.axis_from_front(int(axes[i]));
      if (used[from]) return "permute: an axis stands twice";
      used[from] = true;
      result.extents[i] = x.extents[from];
    }
    return result;
  }
};

/// Elements `start`, `start + step`, ... below `stop` along each axis; `stop` of -1 is the end (for a symbol: all of
/// it).
struct Slice {
  static constexpr std::string_view name = "slice";
  static constexpr bool keeps_property = true;
  Integers start, stop, step;

  constexpr static void attributes(auto& self, auto&& visit) {
    visit("start", self.start);
    visit("stop", self.stop);
    visit("step", self.step);
  }
  constexpr Inferred infer(Specs operands) const {
    TensorSpec result = operands[0];
    if (start.count != result.rank() || stop.count != result.rank() || step.count != result.rank())
      return "slice: one start, stop and step for each axis are needed";
    for (int i = 0; i < result.rank(); ++i) {
      bool whole = start[i] == 0 && stop[i] == -1 && step[i] == 1;
      if (whole) continue;
      Extent& extent = result.extents[i];
      if (!extent.is_number()) return "slice: a symbolic extent can only be taken whole";
      long end = stop[i] == -1 ? extent.number : stop[i];
      if (step[i] < 1) return "slice: the step is below 1";
      if (start[i] < 0 || start[i] > end || end > extent.number) return "slice: the range lies outside the operand";
      extent = Extent((end - start[i] + step[i] - 1) / step[i]);
    }
    return result;
  }
};

/// `value` around the operand: `low` before and `high` after it along each axis, and `interior` between its elements.
struct Pad {
  static constexpr std::string_view name = "pad";
  Integers low, high, interior;
  double value = 0;

  constexpr static void attributes(auto& self, auto&& visit) {
    visit("low", self.low);
    visit("high", self.high);
    visit("interior", self.interior);
    visit("value", self.value);
  }
  constexpr Inferred infer(Specs operands) const {
    TensorSpec result = operands[0];
    if (low.count != result.rank() || high.count != result.rank() || interior.count != result.rank())
      return "pad: one low, high and interior for each axis are needed";
    for (int i = 0; i < result.rank(); ++i) {
      if (low[i] == 0 && high[i] == 0 && interior[i] == 0) continue;
      Extent& extent = result.extents[i];
      if (!extent.is_number()) return "pad: a symbolic extent cannot be padded";
      if (low[i] < 0 || high[i] < 0 || interior[i] < 0) return "pad: a negative amount";
      extent = Extent(low[i] + extent.number + (extent.number > 0 ? (extent.number - 1) * interior[i] : 0) + high[i]);
    }
    return result;
  }
};

/// The elements in the opposite order along `axes`. Source: torch.flip.
struct Flip {
  static constexpr std::string_view name = "flip";
  Integers axes;

  constexpr static void attributes(auto& self, auto&& visit) { visit("axes", self.axes); }
  constexpr Inferred infer(Specs operands) const {
    for (int i = 0; i < axes.count; ++i)
      if (!operands[0].extents.has_axis(int(axes[i]))) return "flip: an axis is not one of the operand's";
    return operands[0];
  }
};

/// The operands one after the other along `axis`. Source: torch.cat.
struct Cat {
  static constexpr std::string_view name = "cat";
  long axis = 0;

  constexpr static void attributes(auto& self, auto&& visit) { visit("axis", self.axis); }
  constexpr Inferred infer(Specs operands) const {
    if (operands.count < 2) return "cat: fewer than two operands";
    TensorSpec result = operands[0];
    if (axis < 0 || axis >= result.rank()) return "cat: the axis is not one of the operands'";
    for (int i = 0; i < operands.count; ++i) {
      const TensorSpec& x = operands[i];
      if (x.dtype != result.dtype) return "cat: dtypes differ";
      if (x.rank() != result.rank()) return "cat: ranks differ";
      if (x.classes != result.classes) result.classes = 0;
      if (!x.extents[int(axis)].is_number()) return "cat: a symbolic extent cannot be joined";
      for (int at = 0; at < x.rank(); ++at)
        if (at != axis && x.extents[at] != result.extents[at]) return "cat: extents beside the joined axis differ";
      if (i > 0) result.extents[int(axis)] = Extent(result.extents[int(axis)].number + x.extents[int(axis)].number);
    }
    return result;
  }
};

}  // namespace rule

namespace detail {
/// `Axis` counted from the front, as the first of the operands has it.
template <int Axis, class First, class...> constexpr rule::Cat joined() {
  constexpr Extents extents = First::tensor::spec.extents;
  return {extents.has_axis(Axis) ? extents.axis_from_front(Axis) : Axis};
}
template <auto... E> constexpr rule::Reshape reshape_to() { return rule::Reshape{Extents{0, canonical(E)...}}; }

/// `extents` with `first` to `last` merged into one.
constexpr Extents flattened(const Extents& extents, int first, int last) {
  Extents out;
  for (int i = 0; i < extents.rank; ++i) {
    if (i > first && i <= last) out[out.rank - 1] = out[out.rank - 1] * extents[i];
    else out.push(extents[i]);
  }
  return out;
}
template <class X, int... Axes> inline constexpr bool has_axes = (X::tensor::spec.extents.has_axis(Axes) && ...);
template <class X, int First, int Last> inline constexpr bool has_axes_in_order =
    has_axes<X, First, Last> &&
    X::tensor::spec.extents.axis_from_front(First) <= X::tensor::spec.extents.axis_from_front(Last);
/// The named axes, counted from the front.
template <class X, int... Axes> constexpr rule::Permute permuted() {
  constexpr Extents extents = X::tensor::spec.extents;
  rule::Permute p;
  (p.axes.push(extents.has_axis(Axes) ? extents.axis_from_front(Axes) : Axes), ...);
  return p;
}
template <class X> constexpr rule::Permute transposed(int a, int b) {
  rule::Permute p;
  for (int i = 0; i < X::tensor::spec.rank(); ++i) p.axes.push(i);
  p.axes.at[X::tensor::spec.extents.axis_from_front(a)] = X::tensor::spec.extents.axis_from_front(b);
  p.axes.at[X::tensor::spec.extents.axis_from_front(b)] = X::tensor::spec.extents.axis_from_front(a);
  return p;
}
}  // namespace detail

/// The elements of `x` in row-major order under other extents; one may be -1. Source: torch.reshape.
template <auto... E, Operand X> requires Fits<detail::reshape_to<E...>(), X> constexpr auto reshape(const X& x) {
  return apply<detail::reshape_to<E...>()>(x);
}
template <auto... E, Operand X> requires(!Fits<detail::reshape_to<E...>(), X>)
ShapeError<broken<detail::reshape_to<E...>(), X>, shape_of<X>, Shape<detail::canonical(E)...>> reshape(const X& x);

/// Axes `First` to `Last` as one; by default all but the first, as nn.Flatten does. Source: torch.flatten.
template <int First = 1, int Last = -1, Operand X> requires(detail::has_axes_in_order<X, First, Last>)
constexpr auto flatten(const X& x) {
  constexpr Extents from = X::tensor::spec.extents;
  return apply<rule::Reshape{detail::flattened(from, from.axis_from_front(First), from.axis_from_front(Last))}>(x);
}
template <int First = 1, int Last = -1, Operand X> requires(!detail::has_axes_in_order<X, First, Last>)
ShapeError<"flatten: no axes from First to Last in the operand", shape_of<X>> flatten(const X& x);

/// Axis `i` of the result is axis `Axes[i]` of `x`. Source: torch.permute.
template <int... Axes, Operand X> requires Fits<detail::permuted<X, Axes...>(), X> constexpr auto permute(const X& x) {
  return apply<detail::permuted<X, Axes...>()>(x);
}
template <int... Axes, Operand X> requires(!Fits<detail::permuted<X, Axes...>(), X>)
ShapeError<broken<detail::permuted<X, Axes...>(), X>, shape_of<X>> permute(const X& x);

/// Two axes exchanged, by default the last two. Source: torch.transpose.
template <int A = -2, int B = -1, Operand X> requires(detail::has_axes<X, A, B>) constexpr auto transpose(const X& x) {
  return apply<detail::transposed<X>(A, B)>(x);
}
template <int A = -2, int B = -1, Operand X> requires(!detail::has_axes<X, A, B>)
ShapeError<"transpose: an axis is not one of the operand's", shape_of<X>> transpose(const X& x);

/// The operands one after the other along axis `Axis`; their other extents and dtypes are equal. Source: torch.cat.
template <int Axis = 0, Operand... X> requires(sizeof...(X) > 0 && Fits<detail::joined<Axis, X...>(), X...>)
constexpr auto cat(const X&... x) {
  return apply<detail::joined<Axis, X...>()>(x...);
}
template <int Axis = 0, Operand... X> requires(sizeof...(X) > 0 && !Fits<detail::joined<Axis, X...>(), X...>)
ShapeError<broken<detail::joined<Axis, X...>(), X...>, shape_of<X>...> cat(const X&... x);

}  // namespace stator
