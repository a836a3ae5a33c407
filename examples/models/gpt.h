// A generative transformer of tokens, and the program that trains one on characters and predicts what follows.
#pragma once

#include <array>

#include "examples/models/characters.h"

namespace models {

/// Sizes of a Gpt. `tied`: the output layer's weight is the token embedding's. `checkpointed`: the gradient computes
/// each block again instead of keeping its values.
struct gpt {
  long vocabulary = 65, length = 64, width = 128, heads = 4, layers = 4;
  bool tied = true, checkpointed = false;
};

/// Attention to what came before, then a layer on each position, both added to what they read. Radford et al. 2019.
template <gpt Sizes> struct GptBlock {
  static constexpr long width = Sizes.width, length = Sizes.length, heads = Sizes.heads;
  st::LayerNorm<width> ln1;
  st::Linear<width, 3 * width> qkv;
  st::Linear<width, width> proj;
  st::LayerNorm<width> ln2;
  st::Linear<width, 4 * width> up;
  st::Linear<4 * width, width> down;

  constexpr auto operator()(auto x) const {  // [N, T, width]
    auto seen = x + proj(attend(qkv(ln1(x))));
    return seen + down(gelu(up(ln2(seen))));
  }

 private:
  static constexpr auto attend(auto joined) {  // [N, T, 3 * width]
    auto y = scaled_dot_product_attention<st::attention{.is_causal = true}>(part<0>(joined), part<1>(joined),
                                                                            part<2>(joined));
    return st::reshape<-1, length, width>(st::permute<0, 2, 1, 3>(y));
  }
  /// Queries, keys or values with their heads apart: [N, heads, T, width / heads].
  template <long Index> static constexpr auto part(auto joined) {
    constexpr long from = Index * width;
    constexpr st::rule::Slice own{st::Integers(0, 0, from), st::Integers(-1, -1, from + width), st::Integers(1, 1, 1)};
    return st::permute<0, 2, 1, 3>(st::reshape<-1, length, heads, width / heads>(st::apply<own>(joined)));
  }
};

template <gpt Sizes = gpt{}> struct Gpt {
  static constexpr long vocabulary = Sizes.vocabulary, width = Sizes.width;
  using Head = st::if_there<!Sizes.tied, st::Linear<width, vocabulary, false>>;

  st::Embedding<vocabulary, width> tok = {st::normal(0, 0.02)};
  st::Embedding<Sizes.length, width> pos = {st::normal(0, 0.02)};
  std::array<GptBlock<Sizes>, Sizes.layers> blocks;
  st::LayerNorm<width> ln;
  [[no_unique_address]] Head head;

  /// The logits of what follows each position, [N, T, vocabulary], from tokens [N, T] that fill the whole length.
  constexpr auto operator()(auto tokens) const {
    auto x = tok(tokens) + pos.weight;
    for (const auto& block : blocks) {
      if constexpr (Sizes.checkpointed) x = st::checkpoint(block)(x);
      else x = block(x);
    }
    if constexpr (Sizes.tied) return st::matmul(ln(x), st::transpose(tok.weight));
    else return head(ln(x));
  }

  /// The mean cross entropy over all positions; `next`: the tokens that follow, [N, T].
  constexpr auto loss(auto tokens, auto next) const {
    return cross_entropy(st::reshape<-1, vocabulary>((*this)(tokens)), st::reshape<-1>(next));
  }
};

using CharGpt = Gpt<gpt{.vocabulary = characters.vocabulary, .length = characters.length}>;
static_assert(st::parameter_count<CharGpt> == 65 * 128 + 64 * 128 + 4 * (12 * 128 * 128 + 13 * 128) + 2 * 128);

constexpr auto char_gpt = character_program<CharGpt>(st::AdamW{.lr = 1e-3}, st::clip_grad_norm(1.0));

}  // namespace models
