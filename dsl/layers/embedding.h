// A table of learned rows.
#pragma once

#include "dsl/ops/indexing.h"
#include "dsl/parameter.h"

namespace stator {

/// Row `indices[...]` of a learned table; its weight may serve an output layer too: `matmul(x, transpose(wte.weight))`.
/// `PaddingIdx` (from the end where negative) starts as zeros and stays so. Source: torch.nn.Embedding.
/// Shapes: indices [...] of whole numbers below Count -> [..., Width]; weight [Count, Width], drawn from N(0, 1).
template <long Count, long Width, long PaddingIdx = no_padding> struct Embedding {
  static_assert(PaddingIdx == no_padding || (PaddingIdx >= -Count && PaddingIdx < Count),
                "Embedding: padding_idx is not one of the rows");
  Parameter<f32, Count, Width> weight = start();

  template <Operand I>
  requires(detail::EmbeddingMistake<I, Parameter<f32, Count, Width>, PaddingIdx>::message == nullptr)
  constexpr auto operator()(const I& indices) const {
    return embedding<PaddingIdx>(indices, weight);
  }
  template <Operand I>
  requires(detail::EmbeddingMistake<I, Parameter<f32, Count, Width>, PaddingIdx>::message != nullptr)
  ShapeError<text_of<detail::EmbeddingMistake<I, Parameter<f32, Count, Width>, PaddingIdx>>, shape_of<I>, Embedding>
  operator()(const I& indices) const;

 private:
  static constexpr Init start() {
    Init init = normal(0, 1);
    if (PaddingIdx != no_padding) init.zero_row = PaddingIdx < 0 ? PaddingIdx + Count : PaddingIdx;
    return init;
  }
};

}  // namespace stator
