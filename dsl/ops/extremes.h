// Greatest and least elements with their indices, and sorting, which is made of comparisons and a scatter.
#pragma once

#include "compiler/interface/ops/reduction.h"
#include "dsl/ops/arrange.h"
#include "dsl/ops/indexing.h"
#include "dsl/ops/masking.h"

namespace stator {

/// Elements and where they stood along the axis. Source: torch.return_types.max, sort, topk, ...
template <Operand V, Operand I> struct ValuesAndIndices {
  V values;   // of the operand's dtype
  I indices;  // i64
};
template <Operand V, Operand I> ValuesAndIndices(V, I) -> ValuesAndIndices<V, I>;

namespace detail {
/// The values in the opposite order: the greatest becomes the least. NaN stays NaN, and nothing overflows.
template <Operand X> constexpr auto reversed(const X& x) {
  constexpr DType dtype = X::tensor::spec.dtype;
  if constexpr (is_float(dtype)) return -x;
  else return (dtype == DType::u8 ? 255 : -1) - x;
}
template <Operand X, int... Axes> struct AminMistake {
  static constexpr const char* message =
      rule::reduced(Specs{&X::tensor::spec, 1}, axes_of<X, Axes...>(), "amin: an axis is not one of the operand's",
                    "amin: an axis stands twice")
          .error;
};
template <Operand X, int Axis> inline constexpr bool has_elements_along =
    X::tensor::spec.extents.has_axis(Axis) &&
    (!X::tensor::spec.extents[Axis].is_number() || X::tensor::spec.extents[Axis].number > 0);
}  // namespace detail

/// The least element over `Axes`, or over all where none is named; ties share the gradient. Source: torch.amin.
template <int... Axes, Operand X, class... Keep> requires(detail::AminMistake<X, Axes...>::message == nullptr)
constexpr auto amin(const X& x, Keep... keep) {
  return detail::reversed(amax<Axes...>(detail::reversed(x), keep...));
}
template <int... Axes, Operand X, class... Keep> requires(detail::AminMistake<X, Axes...>::message != nullptr)
ShapeError<text_of<detail::AminMistake<X, Axes...>>, shape_of<X>> amin(const X& x, Keep...);

/// The index (i64) of the least element along `Axis`; the first of several. Source: torch.argmin.
template <int Axis = -1, Operand X> requires(detail::has_elements_along<X, Axis>) constexpr auto argmin(const X& x) {
  return argmax<Axis>(detail::reversed(x));
}
template <int Axis = -1, Operand X> requires(!detail::has_elements_along<X, Axis>)
ShapeError<"argmin: the axis is not one of the operand's, or empty", shape_of<X>> argmin(const X& x);

/// The greatest of all elements; ties share the gradient. Source: torch.max(input).
template <Operand X> constexpr auto max(const X& x) { return amax(x); }
/// The least of all elements; ties share the gradient. Source: torch.min(input).
template <Operand X> constexpr auto min(const X& x) { return amin(x); }

namespace detail {
/// Along `Axis` the elements of `x` that `index` (without the axis) names.
template <int Axis, Operand X, Operand I> constexpr auto picked_along(const X& x, const I& index, KeepDim) {
  auto kept = unsqueeze<X::tensor::spec.extents.axis_from_front(Axis)>(index);
  return ValuesAndIndices{gather<Axis>(x, kept), kept};
}
template <int Axis, Operand X, Operand I> constexpr auto picked_along(const X& x, const I& index) {
  return ValuesAndIndices{squeeze<Axis>(picked_along<Axis>(x, index, keepdim).values), index};
}
/// An axis of numbers, so that its elements can be picked.
template <Operand X, int Axis> inline constexpr bool is_picked_along =
    has_elements_along<X, Axis> && X::tensor::spec.extents[Axis].is_number();
}  // namespace detail

/// The greatest element along `Axis` and its index, the first of several, which gets the gradient. Source: torch.max.
template <int Axis, Operand X, class... Keep> requires(detail::is_picked_along<X, Axis>)
constexpr auto max(const X& x, Keep... keep) {
  return detail::picked_along<Axis>(x, argmax<Axis>(x), keep...);
}
template <int Axis, Operand X, class... Keep> requires(!detail::is_picked_along<X, Axis>)
ShapeError<"max: no such axis of numbers: amax gives values alone", shape_of<X>> max(const X& x, Keep...);

/// The least element along `Axis` and its index, the first of several, which gets the gradient. Source: torch.min.
template <int Axis, Operand X, class... Keep> requires(detail::is_picked_along<X, Axis>)
constexpr auto min(const X& x, Keep... keep) {
  return detail::picked_along<Axis>(x, argmin<Axis>(x), keep...);
}
template <int Axis, Operand X, class... Keep> requires(!detail::is_picked_along<X, Axis>)
ShapeError<"min: no such axis of numbers: amin gives values alone", shape_of<X>> min(const X& x, Keep...);

namespace detail {
/// Whether `a` stands after `b` in ascending order; NaN is the greatest.
template <Operand A, Operand B> constexpr auto comes_after(const A& a, const B& b) {
  if constexpr (is_float(A::tensor::spec.dtype)) return logical_or(b < a, logical_and(a != a, b == b));
  else return b < a;
}
/// Where each element of [..., N] will stand in its row: before it come the greater (or smaller) ones, and of equal
/// ones those in front of it. i64.
template <bool Descending, Operand X> constexpr auto ranks(const X& x) {
  auto self = unsqueeze<-1>(x);   // [..., N, 1]
  auto other = unsqueeze<-2>(x);  // [..., 1, N]
  auto in_front = positions<-1>(other) < positions<-2>(self);
  auto sorted = [](const auto& a, const auto& b) { return Descending ? comes_after(a, b) : comes_after(b, a); };
  auto before = where(in_front, sorted(self, other) == 0, sorted(other, self));
  return cast<i64>(sum<-1>(cast<i32>(before)));
}
/// The table of ranks [..., N], filled with the indices of the elements that have them.
template <class X> struct SortedIndices {
  static constexpr TensorSpec spec{DType::i64, X::tensor::spec.extents};
};
template <bool Descending, Operand X> constexpr auto sorted_indices(const X& x) {
  constexpr int last = X::tensor::spec.rank() - 1;
  using All = Expr<tensor_from_t<SortedIndices<X>>>;
  All numbers{perform_in(x.context, rule::Iota{last}, All::tensor::spec)};
  return All{perform(rule::ScatterAdd{last}, All::tensor::spec, ranks<Descending>(x), numbers)};
}
template <Operand X, int Axis> inline constexpr bool is_sorted_along =
    is_picked_along<X, Axis> && X::tensor::spec.rank() < max_rank;
}  // namespace detail

/// The indices (i64) that sort `x` along `Axis`; equal elements keep their order, NaN is the greatest. The time grows
/// with the square of the axis. Source: torch.argsort(stable=True).
template <int Axis = -1, bool Descending = false, Operand X> requires(detail::is_sorted_along<X, Axis>)
constexpr auto argsort(const X& x) {
  constexpr int rank = X::tensor::spec.rank(), axis = X::tensor::spec.extents.axis_from_front(Axis);
  auto rows = apply<detail::axis_last(rank, axis)>(detach(x));
  return apply<detail::axis_last(rank, axis, true)>(detail::sorted_indices<Descending>(rows));
}
template <int Axis = -1, bool Descending = false, Operand X> requires(!detail::is_sorted_along<X, Axis>)
ShapeError<"argsort: no such axis of numbers, or too many axes", shape_of<X>> argsort(const X& x);

/// The elements sorted along `Axis`, with the indices that they had; as argsort. Source: torch.sort(stable=True).
template <int Axis = -1, bool Descending = false, Operand X> requires(detail::is_sorted_along<X, Axis>)
constexpr auto sort(const X& x) {
  auto indices = argsort<Axis, Descending>(x);
  return ValuesAndIndices{gather<Axis>(x, indices), indices};
}
template <int Axis = -1, bool Descending = false, Operand X> requires(!detail::is_sorted_along<X, Axis>)
ShapeError<"sort: no such axis of numbers, or too many axes", shape_of<X>> sort(const X& x);

namespace detail {
template <Operand X, int Axis, long K> constexpr bool has_k() {
  if constexpr (!is_sorted_along<X, Axis>) return false;
  else return K >= 0 && K <= X::tensor::spec.extents[Axis].number;
}
}  // namespace detail

/// The `K` greatest (or least) elements along `Axis`, in order, with their indices. Source: torch.topk.
template <long K, int Axis = -1, bool Largest = true, Operand X> requires(detail::has_k<X, Axis, K>())
constexpr auto topk(const X& x) {
  auto indices = slice<Axis, 0, K>(argsort<Axis, Largest>(x));
  return ValuesAndIndices{gather<Axis>(x, indices), indices};
}
template <long K, int Axis = -1, bool Largest = true, Operand X> requires(!detail::has_k<X, Axis, K>())
ShapeError<"topk: no such axis of at least k numbers, or too many axes", shape_of<X>> topk(const X& x);

/// The element that `K - 1` others of its row along `Axis` do not exceed, and its index. Source: torch.kthvalue.
template <long K, int Axis = -1, Operand X> requires(K >= 1 && detail::has_k<X, Axis, K>())
constexpr auto kthvalue(const X& x) {
  return detail::picked_along<Axis>(x, select<Axis, K - 1>(argsort<Axis>(x)));
}
template <long K, int Axis = -1, Operand X> requires(!(K >= 1 && detail::has_k<X, Axis, K>()))
ShapeError<"kthvalue: no such axis of at least k numbers, or too many axes", shape_of<X>> kthvalue(const X& x);

}  // namespace stator
