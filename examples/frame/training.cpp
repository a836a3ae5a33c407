// Rounds of steps, told to people and to the report.
#include "examples/frame/training.h"

#include <algorithm>
#include <cstdio>

#include "runtime/cli/log.h"
#include "runtime/train/progress.h"

namespace examples {

namespace cli = stator::cli;

namespace {

/// `test_accuracy` 0.98 as `test accuracy 98.00 %`.
std::string figure_text(const std::string& name, double value) {
  std::string words = name;
  std::replace(words.begin(), words.end(), '_', ' ');
  const bool share = name.ends_with("accuracy");
  char text[160];
  std::snprintf(text, sizeof text, share ? "  %s %.2f %%" : "  %s %.4f", words.c_str(), share ? 100 * value : value);
  return text;
}

class Rounds {
 public:
  Rounds(const Options& options, const Course& course, stator::State& state, Report& report)
      : options_(options),
        course_(course),
        state_(state),
        report_(report),
        progress_(count(course.steps), course.steps_per_round, stdout, by_step() ? "round" : course.round) {}

  void run() {
    for (int64_t step = steps_done(state_); step < course_.steps;) step = run_round(step);
    report_.set(course_.round + "s", rounds_);
  }

 private:
  bool by_step() const { return course_.round == "step"; }
  int64_t count(int64_t steps) const { return (steps + course_.steps_per_round - 1) / course_.steps_per_round; }

  /// Trains up to the end of the round that `step` is in; gives the next one's first step.
  int64_t run_round(int64_t step) {
    const double start = now_us();
    const int64_t end = std::min(course_.steps, (step / course_.steps_per_round + 1) * course_.steps_per_round);
    Figures figures{{"train_loss", run_steps(step, end)}};
    if (!options_.save.empty()) state_.save(options_.save);
    for (auto& figure : course_.judge()) figures.push_back(std::move(figure));
    tell(end, figures, (now_us() - start) * 1e-6);
    return end;
  }

  /// The mean loss over the rows of steps `step` to `end`.
  double run_steps(int64_t step, int64_t end) {
    const int64_t number = step / course_.steps_per_round + 1;
    double sum = 0, rows = 0;
    for (; step < end; ++step) {
      const double start = now_us();
      const StepLoss done = course_.train(step);
      report_.step_took(now_us() - start);
      sum += done.loss * static_cast<double>(done.rows), rows += static_cast<double>(done.rows);
      progress_.batch(number, step % course_.steps_per_round + 1, done.loss);
    }
    progress_.clear();
    return sum / rows;
  }

  void tell(int64_t end, const Figures& figures, double seconds) {
    const int64_t number = by_step() ? end : count(end), all = by_step() ? course_.steps : count(course_.steps);
    cli::Json round = cli::Json::object().set(course_.round, number);
    std::printf("%s %ld/%ld", course_.round.c_str(), static_cast<long>(number), static_cast<long>(all));
    for (const auto& [name, value] : figures) {
      std::fputs(figure_text(name, value).c_str(), stdout);
      round.set(name, value);
      report_.set(name, value);
    }
    std::printf("  %.1f s\n", seconds);
    std::fflush(stdout);
    rounds_.push(round.set("seconds", seconds));
  }

  const Options& options_;
  const Course& course_;
  stator::State& state_;
  Report& report_;
  stator::Progress progress_;
  cli::Json rounds_ = cli::Json::array();
};

}  // namespace

void train(const Options& options, const Course& course, stator::State& state, Report& report) {
  if (!options.load.empty()) state.load(options.load);
  for (const std::string& phases : report.compilations()) cli::log("compiled: " + phases);
  if (!course.data.empty()) cli::log("data: " + course.data);
  Rounds(options, course, state, report).run();
}

int64_t steps_done(const stator::State& state) { return static_cast<int64_t>(state.get("step").item()); }

}  // namespace examples
