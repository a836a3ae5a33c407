// Windows of text, and the program of a model that says which character follows each of theirs.
#pragma once

#include <stator/stator.h>

namespace models {

namespace st = stator;

/// What a character model reads at a time.
struct CharacterWindow {
  long vocabulary = 65, length = 64;
};
constexpr CharacterWindow characters{};
using Characters = st::Labels<characters.vocabulary, st::batch, characters.length>;

/// `predict` gives the logits after every position, [N, T, vocabulary]: those at `n - 1` say what follows the first `n`
/// characters, whatever stands behind them. `loss` and `train_step` take windows and the characters that follow theirs.
template <class Model, class Optimizer, class... Options>
constexpr auto character_program(Optimizer optimizer, Options... options) {
  constexpr auto loss = [](const auto& net, auto text, auto next) { return net.loss(text, next); };
  return st::program<Model>(st::function<"predict", Characters>([](const auto& net, auto text) { return net(text); }),
                            st::function<"loss", Characters, Characters>(loss),
                            st::train_step<Characters, Characters>(loss, optimizer, options...));
}

}  // namespace models
