// A recurrent network learns to write, character by character.
#include "examples/frame/characters.h"
#include "examples/models/char_lstm.h"

int main(int argc, char** argv) {
  return examples::run_characters(argc, argv,
                                  {.name = "char_lstm",
                                   .description = "Trains an LSTM on the characters of a text.",
                                   .data_help = examples::text_help,
                                   .steps = 2000,
                                   .batch = 32,
                                   .lr = 2e-3},
                                  {.vocabulary = models::characters.vocabulary, .length = models::characters.length},
                                  models::char_lstm, examples::constant_rate);
}
