// An example that models text character by character: data, training, validation, and text that the model writes.
#pragma once

#include <functional>

#include "examples/frame/compile.h"
#include "examples/frame/rate.h"
#include "examples/frame/training.h"
#include "runtime/cli/run_main.h"
#include "runtime/ndarray.h"

namespace examples {

inline constexpr const char* text_help = "text file; one tenth of it is held back to judge by";

/// What a model reads at a time.
struct CharacterTask {
  int64_t vocabulary = 0;         // how many different characters the model knows
  int64_t length = 0;             // characters in a window
  int64_t steps_per_round = 250;  // after which the model is judged
  int64_t written = 500;          // characters that the model writes in the end
};

/// A model at work: one step on windows and their targets, i64 [batch, length], gives the mean loss; so does
/// validation; a prediction gives the logits of what follows each character of one window, f32 [1, length, vocabulary].
struct CharacterModel {
  std::function<double(const stator::NdArray& inputs, const stator::NdArray& targets, double lr)> train = {};
  std::function<double(const stator::NdArray& inputs, const stator::NdArray& targets)> validate = {};
  std::function<stator::NdArray(const stator::NdArray& inputs)> predict = {};
};

/// Trains for `options.steps`, judges by the loss over the whole validation text (windows without overlap), and prints
/// what the model writes after a validation window; `--save`, `--json` as everywhere.
/// Errors: UserError for a text with more different characters than the model knows, or too short for a window.
void model_text(const Options& options, const CharacterTask& task, const Rate& rate, const CharacterModel& model,
                stator::State& state, Report& report);

/// The whole example; gives main's result. `program` has the functions `train_step` and `loss` of windows and
/// targets, and `predict` of windows.
template <class P> int run_characters(int argc, char** argv, Options options, const CharacterTask& task,
                                      const P& program, const Rate& rate) {
  return stator::cli::run_main(argc, argv, [&](int count, char** arguments) {
    options.parse(count, arguments);
    Report report(options);
    auto state = stator::init(program, stator::seed(options.seed));
    auto many = compile<"train_step", "loss">(options, report, program, stator::batch = *options.batch);
    if (!options.dump.empty()) return 0;
    auto one = compile<"predict">(options, report, program, stator::batch = 1);

    const auto train = [&](const auto& inputs, const auto& targets, double lr) {
      return many.step(state, inputs, targets, {.lr = lr});
    };
    const auto validate = [&](const auto& inputs, const auto& targets) {
      return many.template call<"loss">(state, inputs, targets).item();
    };
    const auto predict = [&](const auto& inputs) { return one.template call<"predict">(state, inputs); };
    model_text(options, task, rate, {train, validate, predict}, state, report);
    return 0;
  });
}

}  // namespace examples
