// Windows of text through a character model, and characters out of it.
#include "examples/frame/characters.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

#include "runtime/data/text_set.h"
#include "runtime/data/text_windows.h"
#include "runtime/hash.h"
#include "runtime/philox.h"
#include "runtime/text.h"

namespace examples {

namespace st = stator;
namespace data = stator::data;

namespace {

data::TextSet load(const Options& options, const CharacterTask& task) {
  data::TextSet text = data::load_text(options.data, static_cast<uint64_t>(options.seed), task.length + 1);
  if (text.vocabulary.size() > task.vocabulary)
    throw st::UserError(st::concat(text.source, ": its ", text.vocabulary.size(),
                                   " different characters are more than the ", task.vocabulary,
                                   " that the model knows"));
  return text;
}

/// The mean loss over all windows of the validation text.
double validation_loss(const data::TextSet& text, const Options& options, const CharacterTask& task,
                       const CharacterModel& model) {
  data::TextWindows windows(text.validation, *options.batch, task.length);
  double sum = 0;
  for (int64_t batch = 0; const int64_t rows = windows.take(batch); ++batch)
    sum += static_cast<double>(rows) *
           model.validate(windows.inputs().slice(0, 0, rows), windows.targets().slice(0, 0, rows));
  return sum / static_cast<double>(windows.window_count());
}

/// The number of the character that follows a window, drawn from the logits [1, length, vocabulary] of the first
/// `known` characters by a uniform draw.
int64_t draw_character(const st::NdArray& logits, int64_t known, float draw) {
  const auto vocabulary = static_cast<size_t>(logits.extent(2));
  const auto values = logits.values<float>().last(vocabulary).first(static_cast<size_t>(known));
  const float greatest = *std::max_element(values.begin(), values.end());
  std::vector<double> sums;
  double sum = 0;
  for (const float value : values) sums.push_back(sum += std::exp(static_cast<double>(value - greatest)));
  const auto chosen = std::upper_bound(sums.begin(), sums.end() - 1, static_cast<double>(draw) * sum);
  return chosen - sums.begin();
}

/// What the model writes after the first validation window, character by character.
std::string write_text(const data::TextSet& text, const Options& options, const CharacterTask& task,
                       const CharacterModel& model) {
  st::NdArray window = text.validation.slice(0, 0, task.length).clone().reshape({1, task.length});
  const auto numbers = window.values<int64_t>();
  const st::RandomStream draws{static_cast<uint64_t>(options.seed), 0, st::fnv1a_32("written text")};
  std::string written;
  for (int64_t i = 0; i < task.written; ++i) {
    const float draw = st::uniform(draws, static_cast<uint64_t>(i));
    const int64_t number = draw_character(model.predict(window), text.vocabulary.size(), draw);
    written += text.vocabulary.character(number);
    std::shift_left(numbers.begin(), numbers.end(), 1);
    numbers.back() = number;
  }
  return written;
}

}  // namespace

void model_text(const Options& options, const CharacterTask& task, const Rate& rate, const CharacterModel& model,
                st::State& state, Report& report) {
  const data::TextSet text = load(options, task);
  report.set("data", text.source);
  data::TextWindows windows(text.train, *options.batch, task.length);
  Course course{.data = st::concat(text.train.element_count(), " characters from ", text.source),
                .round = "step",
                .steps = *options.steps,
                .steps_per_round = task.steps_per_round};
  course.train = [&](int64_t step) {
    windows.draw(static_cast<uint64_t>(options.seed), step);
    const double lr = rate(options, step, *options.steps);
    return StepLoss{model.train(windows.inputs(), windows.targets(), lr), *options.batch};
  };
  course.judge = [&] { return Figures{{"val_loss", validation_loss(text, options, task, model)}}; };
  train(options, course, state, report);
  const std::string written = write_text(text, options, task, model);
  std::printf("--- written by the model ---\n%s\n", written.c_str());
  report.set("text", written);
  report.write();
}

}  // namespace examples
