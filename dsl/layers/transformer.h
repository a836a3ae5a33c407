// Transformers: their encoder and decoder layers, and stacks of them.
#pragma once

#include <array>

#include <boost/hana/flatten.hpp>
#include <boost/hana/tuple.hpp>
#include <boost/hana/unpack.hpp>

#include "dsl/layers/attention.h"
#include "dsl/layers/dropout.h"
#include "dsl/layers/layer_norm.h"

namespace stator {

namespace hana = boost::hana;

/// What stands between the two linear layers of a transformer layer.
enum class Activation : unsigned char { relu, gelu };

/// Options of TransformerEncoderLayer and TransformerDecoderLayer, with PyTorch's names and defaults. `is_causal`: a
/// position attends to those before it and itself alone, as if it were given such an attn_mask.
struct transformer {
  long dim_feedforward = 2048;
  double dropout = 0.1;
  Activation activation = Activation::relu;
  double layer_norm_eps = 1e-5;
  bool batch_first = false;
  bool norm_first = false;
  bool bias = true;
  bool is_causal = false;
};

/// Masks of a decoder layer's call for its attention to the memory; plain ones are for the attention to itself.
template <Operand M> struct memory_mask {
  M mask;
};
template <Operand M> struct memory_key_padding_mask {
  M mask;
};
template <Operand M> memory_mask(const M&) -> memory_mask<M>;
template <Operand M> memory_key_padding_mask(const M&) -> memory_key_padding_mask<M>;

namespace detail {
constexpr multihead attention_of(const transformer& options, bool causal) {
  return {.dropout = options.dropout,
          .bias = options.bias,
          .batch_first = options.batch_first,
          .average_attn_weights = false,
          .is_causal = causal};
}
constexpr layernorm norm_of(const transformer& options) {
  return {.eps = options.layer_norm_eps, .bias = options.bias};
}

template <Operand M> constexpr auto of_itself(const attn_mask<M>& mask) { return hana::make_tuple(mask); }
template <Operand M> constexpr auto of_itself(const key_padding_mask<M>& mask) { return hana::make_tuple(mask); }
template <class M> constexpr auto of_itself(const M&) { return hana::make_tuple(); }
template <Operand M> constexpr auto of_memory(const memory_mask<M>& mask) {
  return hana::make_tuple(attn_mask<M>{mask.mask});
}
template <Operand M> constexpr auto of_memory(const memory_key_padding_mask<M>& mask) {
  return hana::make_tuple(key_padding_mask<M>{mask.mask});
}
template <class M> constexpr auto of_memory(const M&) { return hana::make_tuple(); }

/// x + f(norm(x)), or norm(x + f(x)).
template <transformer Options, Operand X, class Norm, class F>
constexpr auto residual(const X& x, const Norm& norm, F f) {
  if constexpr (Options.norm_first) return x + f(norm(x));
  else return norm(x + f(x));
}
template <transformer Options, Operand X> constexpr auto activated(const X& x) {
  if constexpr (Options.activation == Activation::gelu) return gelu(x);
  else return relu(x);
}

template <class X, long Width> concept TokensOf =
    (spec_of<X>.rank() == 2 || spec_of<X>.rank() == 3) && spec_of<X>.extents[-1] == Extent(Width);
}  // namespace detail

/// Attention of a sequence to itself and two linear layers, each with a residual and a normalisation. Source:
/// torch.nn.TransformerEncoderLayer (Vaswani et al. 2017).
/// Shapes: src [S, N, Model], [N, S, Model] with batch_first, or [S, Model] -> the same. `masks`: at most one attn_mask
/// and one key_padding_mask, PyTorch's src_mask and src_key_padding_mask.
template <long Model, long Heads, transformer Options = transformer{}> struct TransformerEncoderLayer {
  MultiheadAttention<Model, Heads, detail::attention_of(Options, Options.is_causal)> self_attn;
  Linear<Model, Options.dim_feedforward, Options.bias> linear1;
  Dropout<Options.dropout> dropout;
  Linear<Options.dim_feedforward, Model, Options.bias> linear2;
  LayerNorm<Model, detail::norm_of(Options)> norm1, norm2;
  Dropout<Options.dropout> dropout1, dropout2;

  template <detail::TokensOf<Model> X, class... Masks>
  constexpr auto operator()(const X& src, const Masks&... masks) const {
    auto attended = detail::residual<Options>(
        src, norm1, [&](const auto& x) { return dropout1(self_attn(x, x, x, masks...).output); });
    return detail::residual<Options>(attended, norm2, [&](const auto& x) {
      return dropout2(linear2(dropout(detail::activated<Options>(linear1(x)))));
    });
  }
  template <Operand X, class... Masks> requires(!detail::TokensOf<X, Model>)
  ShapeError<"TransformerEncoderLayer: the input's last extent is not d_model", shape_of<X>, TransformerEncoderLayer>
  operator()(const X& src, const Masks&... masks) const;
};

/// Attention of a sequence to itself and to a memory, and two linear layers, each with a residual and a normalisation.
/// Source: torch.nn.TransformerDecoderLayer (Vaswani et al. 2017).
/// Shapes: tgt [T, N, Model], memory [S, N, Model], with batch_first N first, or both without N -> as tgt. `masks`: at
/// most one each of attn_mask and key_padding_mask, PyTorch's tgt_mask and tgt_key_padding_mask, of memory_mask and of
/// memory_key_padding_mask.
template <long Model, long Heads, transformer Options = transformer{}> struct TransformerDecoderLayer {
  MultiheadAttention<Model, Heads, detail::attention_of(Options, Options.is_causal)> self_attn;
  MultiheadAttention<Model, Heads, detail::attention_of(Options, false)> multihead_attn;
  Linear<Model, Options.dim_feedforward, Options.bias> linear1;
  Dropout<Options.dropout> dropout;
  Linear<Options.dim_feedforward, Model, Options.bias> linear2;
  LayerNorm<Model, detail::norm_of(Options)> norm1, norm2, norm3;
  Dropout<Options.dropout> dropout1, dropout2, dropout3;

  template <detail::TokensOf<Model> X, detail::TokensOf<Model> M, class... Masks>
  constexpr auto operator()(const X& tgt, const M& memory, const Masks&... masks) const {
    auto own_masks = hana::flatten(hana::make_tuple(detail::of_itself(masks)...));
    auto memory_masks = hana::flatten(hana::make_tuple(detail::of_memory(masks)...));
    auto itself = detail::residual<Options>(tgt, norm1, [&](const auto& x) {
      return hana::unpack(own_masks, [&](const auto&... m) { return dropout1(self_attn(x, x, x, m...).output); });
    });
    auto attended = detail::residual<Options>(itself, norm2, [&](const auto& x) {
      return hana::unpack(memory_masks,
                          [&](const auto&... m) { return dropout2(multihead_attn(x, memory, memory, m...).output); });
    });
    return detail::residual<Options>(attended, norm3, [&](const auto& x) {
      return dropout3(linear2(dropout(detail::activated<Options>(linear1(x)))));
    });
  }
  template <Operand X, Operand M, class... Masks> requires(!detail::TokensOf<X, Model> || !detail::TokensOf<M, Model>)
  ShapeError<"TransformerDecoderLayer: the last extent of tgt or memory is not d_model", shape_of<X>, shape_of<M>,
             TransformerDecoderLayer>
  operator()(const X& tgt, const M& memory, const Masks&... masks) const;
};

/// `Count` layers after each other, and a normalisation behind them where one is named. Source:
/// torch.nn.TransformerEncoder and TransformerDecoder.
///
///     st::TransformerEncoder<st::TransformerEncoderLayer<128, 4>, 6, st::LayerNorm<128>> encoder;
template <class Layer, std::size_t Count, class Norm = Absent> struct TransformerStack {
  std::array<Layer, Count> layers;
  [[no_unique_address]] Norm norm;

  /// What its layers take.
  template <Operand X, class... Rest> constexpr auto operator()(const X& x, const Rest&... rest) const {
    Expr<typename X::tensor> y{{x.context, x.id}};
    for (const Layer& layer : layers) y = layer(y, rest...);
    if constexpr (std::is_same_v<Norm, Absent>) return y;
    else return norm(y);
  }
};
template <class Layer, std::size_t Count, class Norm = Absent> using TransformerEncoder =
    TransformerStack<Layer, Count, Norm>;
template <class Layer, std::size_t Count, class Norm = Absent> using TransformerDecoder =
    TransformerStack<Layer, Count, Norm>;

}  // namespace stator
