// Scaled dot-product attention, composed of products, masks and a softmax.
#pragma once

#include <limits>

#include "compiler/interface/ops/contraction.h"
#include "dsl/layers/dropout.h"
#include "dsl/ops/softmax.h"

namespace stator {

/// Options of attention, with PyTorch's names and defaults: `scaled_dot_product_attention<attention{.is_causal =
/// true}>`.
struct attention {
  bool is_causal = false;   // a query sees the keys up to its own position
  double scale = 0;         // of the products; 0 is 1 / sqrt(width)
  bool enable_gqa = false;  // several query heads share one head of keys and values
};

namespace detail {
/// What is wrong with query [..., L, E], key [..., S, E] and value [..., S, V]; null where nothing is.
constexpr const char* broken_attention(const TensorSpec& q, const TensorSpec& k, const TensorSpec& v, bool grouped) {
  if (q.rank() < 2 || k.rank() != q.rank() || v.rank() != q.rank())
    return "scaled_dot_product_attention: query, key and value are not of one rank, two or more";
  if (q.dtype != k.dtype || q.dtype != v.dtype || !is_float(q.dtype))
    return "scaled_dot_product_attention: query, key and value are not floats of one dtype";
  if (q.extents[-1] != k.extents[-1]) return "scaled_dot_product_attention: widths of query and key differ";
  if (k.extents[-2] != v.extents[-2]) return "scaled_dot_product_attention: lengths of key and value differ";
  if (!q.extents[-1].is_number()) return "scaled_dot_product_attention: the width must be a number";
  if (grouped && q.rank() < 3) return "scaled_dot_product_attention: no axis of heads";
  for (int i = 0; i < q.rank() - 2; ++i) {
    if (k.extents[i] != v.extents[i]) return "scaled_dot_product_attention: leading extents of key and value differ";
    bool heads = grouped && i == q.rank() - 3;
    if (heads && divide(q.extents[i], k.extents[i]) == Extent(-1))
      return "scaled_dot_product_attention: heads of the query are no multiple of the key's";
    if (!heads && q.extents[i] != k.extents[i]) return "scaled_dot_product_attention: leading extents differ";
  }
  return nullptr;
}
constexpr Extents score_extents(const TensorSpec& q, const TensorSpec& k) {
  Extents scores = q.extents;
  scores[-1] = k.extents[-2];
  return scores;
}
constexpr const char* broken_mask(const TensorSpec& q, const TensorSpec& k, const TensorSpec& mask) {
  if (mask.dtype != DType::boolean && mask.dtype != q.dtype)
    return "scaled_dot_product_attention: the mask is neither bool nor of the query's dtype";
  Extents scores = score_extents(q, k);
  return rule::broadcast(scores, mask.extents) == scores
             ? nullptr
             : "scaled_dot_product_attention: the mask does not broadcast to query length x key length";
}

template <attention Options, Operand Q, Operand K, Operand V, Operand... Mask> struct AttentionMistake {
  static constexpr const char* find() {
    const char* broken = broken_attention(spec_of<Q>, spec_of<K>, spec_of<V>, Options.enable_gqa);
    if (broken || sizeof...(Mask) == 0) return broken;
    if (Options.is_causal) return "scaled_dot_product_attention: a mask of its own and is_causal exclude each other";
    ((broken = broken ? broken : broken_mask(spec_of<Q>, spec_of<K>, spec_of<Mask>)), ...);
    return broken;
  }
  static constexpr const char* message = find();
};

/// The lowest finite number of X's dtype: the score of what is left out, whose exponential is 0 beside any other.
template <Operand X> constexpr auto lowest_score(const X& x) {
  constexpr DType dtype = spec_of<X>.dtype;
  constexpr double lowest = dtype == DType::f64    ? std::numeric_limits<double>::lowest()
                            : dtype == DType::f16  ? -65504.0
                            : dtype == DType::bf16 ? -3.3895313892515355e38
                                                   : double(std::numeric_limits<float>::lowest());
  return Expr<type::Tensor<dtype_tag_t<dtype>>>{literal(x.context, lowest, {dtype, {}})};
}

/// The index along an axis of x, in its extents.
template <Operand X> struct PositionIn {
  static constexpr TensorSpec spec{DType::i64, spec_of<X>.extents};
};
template <int Axis, Operand X> constexpr auto position_along(const X& x) {
  constexpr rule::Iota iota{spec_of<X>.extents.axis_from_front(Axis)};
  return Expr<tensor_from_t<PositionIn<X>>>{perform_in(x.context, iota, PositionIn<X>::spec)};
}

/// `scores` where `takes_part` holds or, for floats, with `mask` added.
template <Operand S, Operand Mask> constexpr auto masked_scores(const S& scores, const Mask& mask) {
  if constexpr (spec_of<Mask>.dtype == DType::boolean) return where(mask, scores, lowest_score(scores));
  else return maximum(scores + mask, lowest_score(scores));
}

/// Softmax over keys; a query that sees none gives zeros. Source: torch._safe_softmax.
template <Operand S> constexpr auto weights_of_masked(const S& scores) {
  auto sees_any = amax<-1>(detach(scores), keepdim) > lowest_score(scores);
  auto none = Expr<type::Tensor<dtype_tag_t<spec_of<S>.dtype>>>{literal(scores.context, 0.0, {spec_of<S>.dtype, {}})};
  return where(sees_any, softmax<-1>(scores), none);
}

/// q * k^T; groups of query heads count as further rows of the head that they share.
template <Operand Q, Operand K> struct Grouped {
  static constexpr Extents make(bool scores) {
    Extents rows = spec_of<K>.extents;
    rows[-2] = divide(spec_of<Q>.extents[-3], spec_of<K>.extents[-3]) * spec_of<Q>.extents[-2];
    if (scores) rows[-1] = spec_of<K>.extents[-2];
    return rows;
  }
};
template <attention Options, Operand Q, Operand K> constexpr auto score(const Q& q, const K& k) {
  constexpr double width = static_cast<double>(spec_of<Q>.extents[-1].number);
  constexpr double scale = Options.scale != 0 ? Options.scale : 1 / square_root(width);
  if constexpr (Options.enable_gqa) {
    auto rows = apply<rule::Reshape{Grouped<Q, K>::make(false)}>(q);
    return apply<rule::Reshape{score_extents(spec_of<Q>, spec_of<K>)}>(matmul(rows, transpose(k)) * scale);
  } else {
    return matmul(q, transpose(k)) * scale;
  }
}
template <Operand W, Operand V> struct WeightedSpec {
  static constexpr Extents make() {
    Extents extents = spec_of<W>.extents;
    extents[-1] = spec_of<V>.extents[-1];
    return extents;
  }
};
template <attention Options, Operand W, Operand V> constexpr auto weighted(const W& weights, const V& v) {
  if constexpr (Options.enable_gqa) {
    auto rows = apply<rule::Reshape{Grouped<W, V>::make(true)}>(weights);
    return apply<rule::Reshape{WeightedSpec<W, V>::make()}>(matmul(rows, v));
  } else {
    return matmul(weights, v);
  }
}

template <attention Options, Operand Q, Operand K> constexpr auto attention_weights(const Q& q, const K& k) {
  auto scores = score<Options>(q, k);
  if constexpr (Options.is_causal) {
    auto seen = position_along<-1>(scores) <= position_along<-2>(scores);
    return softmax<-1>(masked_scores(scores, seen));
  } else {
    return softmax<-1>(scores);
  }
}
template <attention Options, Operand Q, Operand K, Operand Mask>
constexpr auto attention_weights(const Q& q, const K& k, const Mask& mask) {
  return weights_of_masked(masked_scores(score<Options>(q, k), mask));
}
}  // namespace detail

/// softmax(q k^T scale + mask) v. Source: torch.nn.functional.scaled_dot_product_attention (Vaswani et al. 2017, eq.
/// 1). Shapes: q [..., L, E], k [..., S, E], v [..., S, V], mask [..., L, S] or what broadcasts to it -> [..., L, V];
/// bool masks are true where a key takes part, floats are added. Errors: shapes that do not fit; a mask beside
/// `is_causal`.
template <attention Options = attention{}, Operand Q, Operand K, Operand V, Operand... Mask>
requires(sizeof...(Mask) <= 1 && detail::AttentionMistake<Options, Q, K, V, Mask...>::message == nullptr)
constexpr auto scaled_dot_product_attention(const Q& q, const K& k, const V& v, const Mask&... mask) {
  return detail::weighted<Options>(detail::attention_weights<Options>(q, k, mask...), v);
}
template <attention Options = attention{}, Operand Q, Operand K, Operand V, Operand... Mask>
requires(sizeof...(Mask) <= 1 && detail::AttentionMistake<Options, Q, K, V, Mask...>::message != nullptr)
ShapeError<text_of<detail::AttentionMistake<Options, Q, K, V, Mask...>>, shape_of<Q>, shape_of<K>, shape_of<V>,
           shape_of<Mask>...>
scaled_dot_product_attention(const Q& q, const K& k, const V& v, const Mask&... mask);

/// The same with dropout of the weights, drawn at a layer's own site.
template <attention Options = attention{}, Operand Q, Operand K, Operand V, double P, Operand... Mask>
requires(sizeof...(Mask) <= 1 && detail::AttentionMistake<Options, Q, K, V, Mask...>::message == nullptr)
constexpr auto scaled_dot_product_attention(const Q& q, const K& k, const V& v, const Dropout<P>& drop,
                                            const Mask&... mask) {
  return detail::weighted<Options>(drop(detail::attention_weights<Options>(q, k, mask...)), v);
}

}  // namespace stator
