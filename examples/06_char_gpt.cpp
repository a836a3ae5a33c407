// A small transformer learns to write, character by character.
#include "examples/frame/characters.h"
#include "examples/models/gpt.h"
#include "runtime/train/schedules.h"

namespace st = stator;

namespace {

constexpr auto program = models::character_program<models::CharGpt>(
    st::groups(st::group<"no_decay">(st::biases_and_norms, st::AdamW{.lr = 1e-3, .beta2 = 0.99, .weight_decay = 0}),
               st::AdamW{.lr = 1e-3, .beta2 = 0.99, .weight_decay = 0.1}),
    st::clip_grad_norm(1.0));

/// Up for 100 steps, then half a cosine down to a tenth. Source: config/train_shakespeare_char.py of nanoGPT.
double cosine_with_warmup(const examples::Options& options, int64_t step, int64_t steps) {
  return st::CosineWithWarmupLR{
      .max_lr = *options.lr, .warmup_steps = 100, .total_steps = steps, .min_lr = *options.lr / 10}
      .lr(step);
}

}  // namespace

int main(int argc, char** argv) {
  return examples::run_characters(argc, argv,
                                  {.name = "char_gpt",
                                   .description = "Trains a transformer on the characters of a text.",
                                   .data_help = examples::text_help,
                                   .steps = 2000,
                                   .batch = 12,
                                   .lr = 1e-3},
                                  {.vocabulary = models::characters.vocabulary, .length = models::characters.length},
                                  program, cosine_with_warmup);
}
