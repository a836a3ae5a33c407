// Reductions over axes: sum, max, argmax. In the graph a reduced axis stays, with extent 1; `keepdim` keeps it for
// users.
#pragma once

#include "compiler/interface/ops/movement.h"

namespace stator {

struct KeepDim {};
/// `sum<1>(x, keepdim)`: a reduced axis stays, with extent 1.
inline constexpr KeepDim keepdim;

namespace rule {

constexpr Inferred reduced(Specs operands, const Integers& axes, const char* no_such_axis, const char* twice) {
  TensorSpec result{operands[0].dtype, operands[0].extents};
  bool used[max_rank]{};
  for (int i = 0; i < axes.count; ++i) {
    if (!result.extents.has_axis(int(axes[i]))) return no_such_axis;
    int axis = result.extents.axis_from_front(int(axes[i]));
    if (used[axis]) return twice;
    used[axis] = true;
    result.extents[axis] = Extent(1);
  }
  return result;
}

struct Sum {
  static constexpr std::string_view name = "sum";
  Integers axes;
  constexpr static void attributes(auto& self, auto&& visit) { visit("axes", self.axes); }
  constexpr Inferred infer(Specs operands) const {
    return reduced(operands, axes, "sum: an axis is not one of the operand's", "sum: an axis stands twice");
  }
};

/// Ties share the gradient evenly. Source: torch.amax.
struct Max {
  static constexpr std::string_view name = "max";
  Integers axes;
  constexpr static void attributes(auto& self, auto&& visit) { visit("axes", self.axes); }
  constexpr Inferred infer(Specs operands) const {
    return reduced(operands, axes, "max: an axis is not one of the operand's", "max: an axis stands twice");
  }
};

/// The index of the greatest element along one axis, i64; the first of several. NaN counts as greatest.
struct Argmax {
  static constexpr std::string_view name = "argmax";
  long axis = -1;
  constexpr static void attributes(auto& self, auto&& visit) { visit("axis", self.axis); }
  constexpr Inferred infer(Specs operands) const {
    Inferred result = reduced(operands, Integers(axis), "argmax: the axis is not one of the operand's", "");
    if (result.ok()) result.spec.dtype = DType::i64;
    return result;
  }
};

}  // namespace rule

namespace detail {
/// The named axes counted from the front and in order; all of them where none is named.
template <class X, int... Axes> constexpr Integers axes_of() {
  constexpr int rank = X::tensor::spec.rank();
  Integers named{0L};
  named.count = 0;
  if constexpr (sizeof...(Axes) == 0) {
    for (int i = 0; i < rank; ++i) named.push(i);
  } else {
    (named.push(Axes < 0 && Axes >= -rank ? Axes + rank : Axes), ...);
  }
  return named;
}
/// What forbids a reduction that only floats have, in the caller's words; null where nothing does.
template <class X, int... Axes> constexpr const char* broken_float_reduction(const char* whole_numbers,
                                                                             const char* no_such_axis,
                                                                             const char* twice = "") {
  if (!is_float(X::tensor::spec.dtype)) return whole_numbers;
  return rule::reduced(Specs{&X::tensor::spec, 1}, axes_of<X, Axes...>(), no_such_axis, twice).error;
}
constexpr Extents without(const Extents& extents, const Integers& axes) {
  Extents out;
  for (int i = 0; i < extents.rank; ++i)
    if (!axes.contains(i)) out.push(extents[i]);
  return out;
}
template <class X, int... Axes> constexpr rule::Reshape dropped() {
  return rule::Reshape{without(X::tensor::spec.extents, axes_of<X, Axes...>())};
}
}  // namespace detail

/// The sum over `Axes`, or over all where none is named. Whole numbers keep their dtype. Source: torch.sum.
template <int... Axes, Operand X> requires Fits<rule::Sum{detail::axes_of<X, Axes...>()}, X>
constexpr auto sum(const X& x, KeepDim) {
  return apply<rule::Sum{detail::axes_of<X, Axes...>()}>(x);
}
template <int... Axes, Operand X> requires Fits<rule::Sum{detail::axes_of<X, Axes...>()}, X>
constexpr auto sum(const X& x) {
  return apply<detail::dropped<X, Axes...>()>(sum<Axes...>(x, keepdim));
}
template <int... Axes, Operand X, class... Keep> requires(!Fits<rule::Sum{detail::axes_of<X, Axes...>()}, X>)
ShapeError<broken<rule::Sum{detail::axes_of<X, Axes...>()}, X>, shape_of<X>> sum(const X& x, Keep...);

/// The greatest element over `Axes`, or over all where none is named. Source: torch.amax.
template <int... Axes, Operand X> requires Fits<rule::Max{detail::axes_of<X, Axes...>()}, X>
constexpr auto amax(const X& x, KeepDim) {
  return apply<rule::Max{detail::axes_of<X, Axes...>()}>(x);
}
template <int... Axes, Operand X> requires Fits<rule::Max{detail::axes_of<X, Axes...>()}, X>
constexpr auto amax(const X& x) {
  return apply<detail::dropped<X, Axes...>()>(amax<Axes...>(x, keepdim));
}
template <int... Axes, Operand X, class... Keep> requires(!Fits<rule::Max{detail::axes_of<X, Axes...>()}, X>)
ShapeError<broken<rule::Max{detail::axes_of<X, Axes...>()}, X>, shape_of<X>> amax(const X& x, Keep...);

/// The index (i64) of the greatest element along `Axis`; the first of several. Source: torch.argmax.
template <int Axis = -1, Operand X> requires Fits<rule::Argmax{Axis}, X> constexpr auto argmax(const X& x) {
  return apply<detail::dropped<X, Axis>()>(apply<rule::Argmax{detail::axes_of<X, Axis>()[0]}>(x));
}
template <int Axis = -1, Operand X> requires(!Fits<rule::Argmax{Axis}, X>)
ShapeError<broken<rule::Argmax{Axis}, X>, shape_of<X>> argmax(const X& x);

}  // namespace stator
