// A recurrent model of text: an LSTM over characters.
#pragma once

#include "examples/models/characters.h"

namespace models {

struct CharLstm {
  static constexpr long vocabulary = characters.vocabulary, width = 64, hidden = 128;

  st::Embedding<vocabulary, width> emb;
  st::LSTM<width, hidden, st::Recurrent{.batch_first = true}> rnn;
  st::Linear<hidden, vocabulary> head;

  /// The logits of what follows each position, [N, T, vocabulary], from characters [N, T].
  constexpr auto operator()(auto text) const { return head(rnn(emb(text)).output); }

  /// The mean cross entropy over all positions; `next`: the characters that follow, [N, T].
  constexpr auto loss(auto text, auto next) const {
    return cross_entropy(st::reshape<-1, vocabulary>((*this)(text)), st::reshape<-1>(next));
  }
};
static_assert(st::parameter_count<CharLstm> == 65 * 64 + 4 * 128 * (64 + 128 + 2) + 129 * 65);

constexpr auto char_lstm = character_program<CharLstm>(st::Adam{.lr = 2e-3}, st::clip_grad_norm(1.0));

}  // namespace models
