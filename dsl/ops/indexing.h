// Elements by their numbers: embedding, gather, index_select, scatter_add, one_hot.
#pragma once

#include <limits>

#include "compiler/interface/ops/elementwise.h"
#include "compiler/interface/ops/indexing.h"
#include "compiler/interface/ops/movement.h"

namespace stator {

/// An embedding all of whose rows learn.
inline constexpr long no_padding = std::numeric_limits<long>::min();

namespace detail {
template <Operand I, Operand W, long Padding> constexpr const char* broken_embedding() {
  constexpr TensorSpec indices = I::tensor::spec, weight = W::tensor::spec;
  if (weight.rank() != 2 || !weight.extents[0].is_number()) return "embedding: the weight is not [count, width]";
  if (!rule::is_index(indices.dtype)) return "embedding: the indices are not whole numbers";
  const long count = weight.extents[0].number;
  if (indices.classes > count) return "embedding: the labels' classes exceed the weight's rows";
  if (indices.rank() == max_rank) return "embedding: the indices have too many axes";
  if (Padding != no_padding && (Padding < -count || Padding >= count))
    return "embedding: padding_idx is not one of the weight's rows";
  return nullptr;
}
template <Operand I, Operand W, long Padding> struct EmbeddingMistake {
  static constexpr const char* message = broken_embedding<I, W, Padding>();
};

/// `X` with an axis of extent 1 behind its own.
template <class X> constexpr rule::Reshape one_more_axis() {
  Extents extents = X::tensor::spec.extents;
  extents.push(Extent(1));
  return {extents};
}
}  // namespace detail

/// Row `indices[...]` of the weight for each index; row `PaddingIdx` (from the end where negative) gets no gradient.
/// Indices that are inputs are checked before anything runs; computed ones are brought to the nearest row.
/// Source: torch.nn.functional.embedding.
/// Shapes: indices [...] of whole numbers, weight [count, width] -> [..., width].
template <long PaddingIdx = no_padding, Operand I, Operand W>
requires(detail::EmbeddingMistake<I, W, PaddingIdx>::message == nullptr)
constexpr auto embedding(const I& indices, const W& weight) {
  auto rows = apply<rule::Gather{0}>(weight, indices);
  if constexpr (PaddingIdx == no_padding) {
    return rows;
  } else {
    constexpr long padding = PaddingIdx < 0 ? PaddingIdx + spec_of<W>.extents[0].number : PaddingIdx;
    auto is_padding = apply<detail::one_more_axis<I>()>(indices) == padding;
    return where(is_padding, detach(rows), rows);
  }
}
template <long PaddingIdx = no_padding, Operand I, Operand W>
requires(detail::EmbeddingMistake<I, W, PaddingIdx>::message != nullptr)
ShapeError<text_of<detail::EmbeddingMistake<I, W, PaddingIdx>>, shape_of<I>, shape_of<W>> embedding(const I& indices,
                                                                                                    const W& weight);

namespace detail {
/// Axis `axis` moved behind the others, which keep their order; `back`: from there to its place.
constexpr rule::Permute axis_last(int rank, int axis, bool back = false) {
  rule::Permute p;
  for (int i = 0; i < rank; ++i)
    p.axes.push(back ? (i < axis ? i : i == axis ? rank - 1 : i - 1) : (i < axis ? i : i + 1 < rank ? i + 1 : axis));
  return p;
}
/// The same with the front for the back.
constexpr rule::Permute axis_first(int rank, int axis, bool back = false) {
  rule::Permute p;
  for (int i = 0; i < rank; ++i)
    p.axes.push(back ? (i < axis ? i + 1 : i == axis ? 0 : i) : (i == 0 ? axis : i <= axis ? i - 1 : i));
  return p;
}
/// The first elements along all axes but `axis`, as many as `index` has.
constexpr rule::Slice first_beside(const Extents& from, const Extents& index, int axis) {
  rule::Slice s;
  for (int i = 0; i < from.rank; ++i) {
    bool whole = i == axis || from[i] == index[i];
    s.start.push(0), s.stop.push(whole ? -1 : index[i].number), s.step.push(1);
  }
  return s;
}
/// Whether `part` lies within `whole` along all axes but `axis` (of `all`: along that one too).
constexpr bool lies_within(const Extents& part, const Extents& whole, int axis, bool all = false) {
  for (int i = 0; i < part.rank; ++i)
    if ((all || i != axis) && part[i] != whole[i] &&
        (!part[i].is_number() || !whole[i].is_number() || part[i].number > whole[i].number))
      return false;
  return true;
}

template <int Axis, Operand X, Operand I> constexpr const char* broken_gather() {
  constexpr TensorSpec x = X::tensor::spec, index = I::tensor::spec;
  if (!rule::is_index(index.dtype)) return "gather: the index is not of whole numbers";
  if (x.rank() != index.rank()) return "gather: the ranks of input and index differ";
  if (!x.extents.has_axis(Axis)) return "gather: the axis is not one of the operand's";
  if (!x.extents[Axis].is_number()) return "gather: the gathered extent must be a number";
  if (index.classes > x.extents[Axis].number) return "gather: the labels' classes exceed the gathered extent";
  const bool fits = lies_within(index.extents, x.extents, x.extents.axis_from_front(Axis));
  return fits ? nullptr : "gather: the index is larger than the input beside the axis";
}
template <int Axis, Operand X, Operand I> struct GatherMistake {
  static constexpr const char* message = broken_gather<Axis, X, I>();
};
}  // namespace detail

/// x[..., index[..., i, ...], ...] along `Axis`; the index may be smaller than `x` along the others.
/// Source: torch.gather, torch.take_along_dim.
template <int Axis, Operand X, Operand I> requires(detail::GatherMistake<Axis, X, I>::message == nullptr)
constexpr auto gather(const X& x, const I& index) {
  constexpr Extents extents = X::tensor::spec.extents;
  constexpr int rank = extents.rank, axis = extents.axis_from_front(Axis);
  auto part = apply<detail::first_beside(extents, I::tensor::spec.extents, axis)>(x);
  auto picked = apply<rule::Gather{rank - 1}>(apply<detail::axis_last(rank, axis)>(part),
                                              apply<detail::axis_last(rank, axis)>(index));
  return apply<detail::axis_last(rank, axis, true)>(picked);
}
template <int Axis, Operand X, Operand I> requires(detail::GatherMistake<Axis, X, I>::message != nullptr)
ShapeError<text_of<detail::GatherMistake<Axis, X, I>>, shape_of<X>, shape_of<I>> gather(const X& x, const I& index);

namespace detail {
template <int Axis, Operand X, Operand I> constexpr const char* broken_index_select() {
  constexpr TensorSpec x = X::tensor::spec, index = I::tensor::spec;
  if (!rule::is_index(index.dtype) || index.rank() != 1)
    return "index_select: the index is not one axis of whole numbers";
  if (!x.extents.has_axis(Axis)) return "index_select: the axis is not one of the operand's";
  if (!x.extents[Axis].is_number()) return "index_select: the selected extent must be a number";
  return index.classes > x.extents[Axis].number ? "index_select: the labels' classes exceed the selected extent"
                                                : nullptr;
}
template <int Axis, Operand X, Operand I> struct IndexSelectMistake {
  static constexpr const char* message = broken_index_select<Axis, X, I>();
};
}  // namespace detail

/// The slices of `x` along `Axis` that `index` names, in its order. Source: torch.index_select.
/// Shapes: x [..., R, ...], index [K] -> [..., K, ...].
template <int Axis, Operand X, Operand I> requires(detail::IndexSelectMistake<Axis, X, I>::message == nullptr)
constexpr auto index_select(const X& x, const I& index) {
  constexpr int rank = X::tensor::spec.rank(), axis = X::tensor::spec.extents.axis_from_front(Axis);
  auto picked = apply<rule::Gather{0}>(apply<detail::axis_first(rank, axis)>(x), index);
  return apply<detail::axis_first(rank, axis, true)>(picked);
}
template <int Axis, Operand X, Operand I> requires(detail::IndexSelectMistake<Axis, X, I>::message != nullptr)
ShapeError<text_of<detail::IndexSelectMistake<Axis, X, I>>, shape_of<X>, shape_of<I>> index_select(const X& x,
                                                                                                   const I& index);

namespace detail {
template <int Axis, Operand X, Operand I, Operand S> constexpr const char* broken_scatter_add() {
  constexpr TensorSpec x = X::tensor::spec, index = I::tensor::spec, source = S::tensor::spec;
  if (!rule::is_index(index.dtype)) return "scatter_add: the index is not of whole numbers";
  if (x.rank() != index.rank() || x.rank() != source.rank()) return "scatter_add: ranks differ";
  if (x.dtype != source.dtype) return "scatter_add: dtypes of input and source differ";
  if (!x.extents.has_axis(Axis)) return "scatter_add: the axis is not one of the operand's";
  if (!x.extents[Axis].is_number()) return "scatter_add: the scattered extent must be a number";
  const int axis = x.extents.axis_from_front(Axis);
  const bool fits =
      lies_within(index.extents, x.extents, axis) && lies_within(index.extents, source.extents, axis, true);
  return fits ? nullptr : "scatter_add: the index is larger than input or source";
}
template <int Axis, Operand X, Operand I, Operand S> struct ScatterAddMistake {
  static constexpr const char* message = broken_scatter_add<Axis, X, I, S>();
};
/// The table that rows of [B..., K] are summed into: `Axis` of `X` last, the others as `I` has them.
template <int Axis, class X, class I> struct ScatterTable {
  static constexpr TensorSpec make() {
    TensorSpec table{X::tensor::spec.dtype, {}};
    Extents extents = I::tensor::spec.extents;
    for (int i = 0; i < extents.rank; ++i)
      if (i != extents.axis_from_front(Axis)) table.extents.push(extents[i]);
    table.extents.push(X::tensor::spec.extents[Axis]);
    return table;
  }
  static constexpr TensorSpec spec = make();
};
/// Zeros behind `from` up to `to`.
constexpr rule::Pad zeros_up_to(const Extents& from, const Extents& to) {
  rule::Pad pad;
  for (int i = 0; i < from.rank; ++i)
    pad.low.push(0), pad.high.push(from[i] == to[i] ? 0 : to[i].number - from[i].number), pad.interior.push(0);
  return pad;
}
/// All of `from` but what lies beyond `part`.
constexpr rule::Slice first_of(const Extents& from, const Extents& part) { return first_beside(from, part, -1); }
}  // namespace detail

/// `x` with each element of `source` added where `index` says along `Axis`, in order. Source: torch.scatter_add.
template <int Axis, Operand X, Operand I, Operand S>
requires(detail::ScatterAddMistake<Axis, X, I, S>::message == nullptr)
constexpr auto scatter_add(const X& x, const I& index, const S& source) {
  constexpr Extents extents = X::tensor::spec.extents, picked = I::tensor::spec.extents;
  constexpr int rank = extents.rank, axis = extents.axis_from_front(Axis);
  using Table = detail::ScatterTable<axis, X, I>;
  auto rows = apply<detail::axis_last(rank, axis)>(apply<detail::first_of(S::tensor::spec.extents, picked)>(source));
  auto at = apply<detail::axis_last(rank, axis)>(index);
  Expr<tensor_from_t<Table>> sums{perform(rule::ScatterAdd{rank - 1}, Table::spec, at, rows)};
  auto moved = apply<detail::axis_last(rank, axis, true)>(sums);
  return x + apply<detail::zeros_up_to(decltype(moved)::tensor::spec.extents, extents)>(moved);
}
template <int Axis, Operand X, Operand I, Operand S>
requires(detail::ScatterAddMistake<Axis, X, I, S>::message != nullptr)
ShapeError<text_of<detail::ScatterAddMistake<Axis, X, I, S>>, shape_of<X>, shape_of<I>, shape_of<S>> scatter_add(
    const X& x, const I& index, const S& source);

namespace detail {
template <Operand I, long Classes> constexpr const char* broken_one_hot() {
  constexpr TensorSpec index = I::tensor::spec;
  if (!rule::is_index(index.dtype)) return "one_hot: the classes are not whole numbers";
  if (index.rank() == max_rank) return "one_hot: the operand has too many axes";
  if (Classes < 1) return "one_hot: the number of classes is not known";
  return index.classes > Classes ? "one_hot: the labels' classes exceed the number of classes" : nullptr;
}
template <Operand I, long Classes> struct OneHotMistake {
  static constexpr const char* message = broken_one_hot<I, Classes>();
};
template <class I, long Classes> struct OneHotSpec {
  static constexpr TensorSpec make() {
    TensorSpec all{DType::i64, I::tensor::spec.extents};
    all.extents.push(Extent(Classes));
    return all;
  }
  static constexpr TensorSpec spec = make();
};
template <class I, long Classes> inline constexpr long classes_of = Classes ? Classes : I::tensor::spec.classes;
}  // namespace detail

/// 1 at each index's class, else 0, i64; `Classes` may be left out for labels. Source: torch.nn.functional.one_hot.
/// Shapes: index [...] of whole numbers below Classes -> [..., Classes].
template <long Classes = 0, Operand I>
requires(detail::OneHotMistake<I, detail::classes_of<I, Classes>>::message == nullptr)
constexpr auto one_hot(const I& index) {
  using Spec = detail::OneHotSpec<I, detail::classes_of<I, Classes>>;
  constexpr rule::Iota last{Spec::spec.rank() - 1};
  Expr<tensor_from_t<Spec>> classes{perform_in(index.context, last, Spec::spec)};
  return cast<i64>(classes == apply<detail::one_more_axis<I>()>(index));
}
template <long Classes = 0, Operand I>
requires(detail::OneHotMistake<I, detail::classes_of<I, Classes>>::message != nullptr)
ShapeError<text_of<detail::OneHotMistake<I, detail::classes_of<I, Classes>>>, shape_of<I>> one_hot(const I& index);

}  // namespace stator
