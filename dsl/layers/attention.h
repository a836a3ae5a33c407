// Attention with several heads, and its projections.
#pragma once

#include "dsl/layers/linear.h"
#include "dsl/ops/attention.h"
#include "dsl/ops/mean.h"

namespace stator {

/// Options of MultiheadAttention, with PyTorch's names and defaults. `kdim`, `vdim`: widths of key and value where they
/// differ from embed_dim (0: they do not).
struct multihead {
  double dropout = 0;
  bool bias = true;
  long kdim = 0, vdim = 0;
  bool batch_first = false;
  bool average_attn_weights = true;
  bool is_causal = false;
};

/// A mask [L, S] or [N * heads, L, S] of a call: bool, true where a key is left out; or floats that are added.
template <Operand M> struct attn_mask {
  M mask;
};
/// A mask [N, S] of a call: bool, true where a key is left out; or floats that are added.
template <Operand M> struct key_padding_mask {
  M mask;
};
template <Operand M> attn_mask(const M&) -> attn_mask<M>;
template <Operand M> key_padding_mask(const M&) -> key_padding_mask<M>;

/// What MultiheadAttention gives: `auto [output, weights] = attend(q, k, v);`.
template <Operand Y, Operand W> struct Attended {
  Y output;
  W weights;
};

namespace detail {
/// Bounds of Glorot and Bengio 2010. Source: torch.nn.init.xavier_uniform_.
constexpr Init xavier_uniform(long fan_in, long fan_out) {
  double bound = square_root(6.0 / static_cast<double>(fan_in + fan_out));
  return uniform(-bound, bound);
}
/// The extents of a value of `Heads` heads beside each other, with an axis for the heads: [..., E] -> [..., heads, E /
/// heads].
template <long Heads, Operand X> constexpr rule::Reshape heads_apart() {
  Extents extents = spec_of<X>.extents;
  const Extent width = extents[-1];
  extents[-1] = Extent(Heads);
  extents.push(divide(width, Extent(Heads)));
  return {extents};
}
template <Operand X> constexpr rule::Reshape heads_together() {
  const Extents extents = spec_of<X>.extents;
  return {flattened(extents, extents.rank - 2, extents.rank - 1)};
}
/// Heads to the front of the length, or, the same axes again, back: [N, L, H, D] <-> [N, H, L, D]; where the length
/// stands before the batch, [L, N, H, D] -> [N, H, L, D].
constexpr rule::Permute heads_to_front(int rank, bool batch_first) {
  if (rank == 3) return {Integers(1, 0, 2)};
  return {batch_first ? Integers(0, 2, 1, 3) : Integers(1, 2, 0, 3)};
}
constexpr rule::Permute heads_to_back(int rank, bool batch_first) {
  return rank == 4 && !batch_first ? rule::Permute{Integers(2, 0, 1, 3)} : heads_to_front(rank, batch_first);
}

/// The rule that takes `count` of an axis from `start`.
constexpr rule::Slice taken(int rank, int axis, long start, long count) {
  rule::Slice slice;
  for (int i = 0; i < rank; ++i)
    slice.start.push(i == axis ? start : 0), slice.stop.push(i == axis ? start + count : -1), slice.step.push(1);
  return slice;
}

/// A mask with room for batch and heads: [N, S] -> [N, 1, 1, S]; [N * heads, L, S] -> [N, heads, L, S].
template <class S, Operand M> constexpr rule::Reshape padding_beside_scores() {
  Extents extents = spec_of<S>.extents;
  for (int i = spec_of<M>.rank() - 1; i < extents.rank - 1; ++i) extents[i] = Extent(1);
  return {extents};
}
template <class S, Operand M> constexpr rule::Reshape mask_beside_scores() {
  return {spec_of<M>.rank() == 2 ? spec_of<M>.extents : spec_of<S>.extents};
}
template <Operand S, Operand M> constexpr auto without_left_out(const S& scores, const M& left_out) {
  if constexpr (spec_of<M>.dtype == DType::boolean) return where(left_out, lowest_score(scores), scores);
  else return masked_scores(scores, left_out);
}
template <Operand S> constexpr auto without(const S& scores) { return scores; }
template <Operand S, Operand M, class... Rest>
constexpr auto without(const S& scores, const attn_mask<M>& mask, const Rest&... rest) {
  return without(without_left_out(scores, apply<mask_beside_scores<S, M>()>(mask.mask)), rest...);
}
template <Operand S, Operand M, class... Rest>
constexpr auto without(const S& scores, const key_padding_mask<M>& mask, const Rest&... rest) {
  return without(without_left_out(scores, apply<padding_beside_scores<S, M>()>(mask.mask)), rest...);
}

/// [N, L, E] or [L, N, E] -> [N, heads, L, E / heads]
template <long Heads, bool BatchFirst, Operand X> constexpr auto in_heads(const X& x) {
  return apply<heads_to_front(spec_of<X>.rank() + 1, BatchFirst)>(apply<heads_apart<Heads, X>()>(x));
}
template <Operand Y, Operand W> constexpr Attended<Y, W> attended(const Y& output, const W& weights) {
  return {output, weights};
}

/// What is wrong with the inputs of a MultiheadAttention of these widths; null where nothing is.
constexpr const char* broken_multihead(const TensorSpec& q, const TensorSpec& k, const TensorSpec& v, long embed_dim,
                                       long kdim, long vdim) {
  if ((q.rank() != 3 && q.rank() != 2) || k.rank() != q.rank() || v.rank() != q.rank())
    return "MultiheadAttention: query, key and value are not all [N, L, E] or all [L, E]";
  if (q.extents[-1] != Extent(embed_dim)) return "MultiheadAttention: the query's last extent is not embed_dim";
  if (k.extents[-1] != Extent(kdim)) return "MultiheadAttention: the key's last extent is not kdim";
  if (v.extents[-1] != Extent(vdim)) return "MultiheadAttention: the value's last extent is not vdim";
  for (int i = 0; i < q.rank() - 1; ++i)
    if (k.extents[i] != v.extents[i]) return "MultiheadAttention: lengths of key and value differ";
  return nullptr;
}
template <Operand Q, Operand K, Operand V, long EmbedDim, long KDim, long VDim> struct MultiheadMistake {
  static constexpr const char* message = broken_multihead(spec_of<Q>, spec_of<K>, spec_of<V>, EmbedDim, KDim, VDim);
};
}  // namespace detail

/// Attention with `Heads` heads over projections of query, key and value. Source: torch.nn.MultiheadAttention.
/// Shapes: query [L, N, E], key [S, N, kdim], value [S, N, vdim] -> output [L, N, E], weights [N, L, S], averaged over
/// the heads, or [N, heads, L, S]; with batch_first, N stands before L and S; all without N where there is no batch.
template <long EmbedDim, long NumHeads, multihead Options = multihead{}> struct MultiheadAttention {
  static_assert(NumHeads > 0 && EmbedDim % NumHeads == 0, "MultiheadAttention: num_heads does not divide embed_dim");
  static constexpr long kdim = Options.kdim ? Options.kdim : EmbedDim, vdim = Options.vdim ? Options.vdim : EmbedDim;
  static constexpr bool same_widths = kdim == EmbedDim && vdim == EmbedDim;
  template <bool There, long... E> using Weight = if_there<There, Parameter<f32, E...>>;

  [[no_unique_address]] Weight<same_widths, 3 * EmbedDim, EmbedDim> in_proj_weight =
      detail::xavier_uniform(EmbedDim, 3 * EmbedDim);
  [[no_unique_address]] Weight<!same_widths, EmbedDim, EmbedDim> q_proj_weight =
      detail::xavier_uniform(EmbedDim, EmbedDim);
  [[no_unique_address]] Weight<!same_widths, EmbedDim, kdim> k_proj_weight = detail::xavier_uniform(kdim, EmbedDim);
  [[no_unique_address]] Weight<!same_widths, EmbedDim, vdim> v_proj_weight = detail::xavier_uniform(vdim, EmbedDim);
  [[no_unique_address]] Weight<Options.bias, 3 * EmbedDim> in_proj_bias = {};
  Linear<EmbedDim, EmbedDim, Options.bias> out_proj = out_start();
  Dropout<Options.dropout> dropout;

  /// `masks`: at most one attn_mask and one key_padding_mask.
  template <Operand Q, Operand K, Operand V, class... Masks>
  requires(detail::broken_multihead(spec_of<Q>, spec_of<K>, spec_of<V>, EmbedDim, kdim, vdim) == nullptr)
  constexpr auto operator()(const Q& query, const K& key, const V& value, const Masks&... masks) const {
    constexpr int rank = spec_of<Q>.rank() + 1;
    auto q = detail::in_heads<NumHeads, Options.batch_first>(projected<0>(query, q_proj_weight));
    auto k = detail::in_heads<NumHeads, Options.batch_first>(projected<1>(key, k_proj_weight));
    auto v = detail::in_heads<NumHeads, Options.batch_first>(projected<2>(value, v_proj_weight));
    auto weights = dropout(weights_of(q, k, masks...));
    auto heads = apply<detail::heads_to_back(rank, Options.batch_first)>(matmul(weights, v));
    auto output = out_proj(apply<detail::heads_together<decltype(heads)>()>(heads));
    if constexpr (Options.average_attn_weights) return detail::attended(output, mean<-3>(weights));
    else return detail::attended(output, weights);
  }
  template <Operand Q, Operand K, Operand V, class... Masks>
  requires(detail::broken_multihead(spec_of<Q>, spec_of<K>, spec_of<V>, EmbedDim, kdim, vdim) != nullptr)
  ShapeError<text_of<detail::MultiheadMistake<Q, K, V, EmbedDim, kdim, vdim>>, shape_of<Q>, shape_of<K>, shape_of<V>>
  operator()(const Q& query, const K& key, const V& value, const Masks&... masks) const;

 private:
  /// Projection `I` of query, key and value.
  template <int I, Operand X, class W> constexpr auto projected(const X& x, const W& own_weight) const {
    constexpr long from = I * EmbedDim;
    auto with_bias = [&](const auto& product) {
      if constexpr (Options.bias) return product + apply<detail::taken(1, 0, from, EmbedDim)>(in_proj_bias);
      else return product;
    };
    if constexpr (same_widths)
      return with_bias(matmul(x, transpose(apply<detail::taken(2, 0, from, EmbedDim)>(in_proj_weight))));
    else return with_bias(matmul(x, transpose(own_weight)));
  }
  template <Operand Q, Operand K, class... Masks>
  static constexpr auto weights_of(const Q& q, const K& k, const Masks&... masks) {
    constexpr attention options{.is_causal = Options.is_causal};
    if constexpr (sizeof...(Masks) == 0) return detail::attention_weights<options>(q, k);
    else return detail::weights_of_masked(detail::without(detail::score<options>(q, k), masks...));
  }
  static constexpr auto out_start() {
    Linear<EmbedDim, EmbedDim, Options.bias> layer;
    if constexpr (Options.bias) layer.bias.init = fill(0);
    return layer;
  }
};

}  // namespace stator
