// The loop that all examples train with: rounds of steps, each followed by a judgement.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "examples/frame/options.h"
#include "examples/frame/report.h"
#include "runtime/state.h"

namespace examples {

/// The mean loss over the rows of one step.
struct StepLoss {
  double loss = 0;
  int64_t rows = 1;
};

/// What a model reaches, by name; an `accuracy` is printed in per cent.
using Figures = std::vector<std::pair<std::string, double>>;

/// What happens in a step and after a round.
struct Course {
  std::string data = {};        // what it trains on, for people
  std::string round = "epoch";  // what a round is; "step": a round is told by its last step
  int64_t steps = 0;            // of the whole run
  int64_t steps_per_round = 1;
  std::function<StepLoss(int64_t step)> train = {};  // step counts from 0
  std::function<Figures()> judge = {};
};

/// Loads the state where that was asked for, and trains from there up to `course.steps`. Each round is one line on
/// standard output and one element of the report's `epochs` (or `steps`); the last round's figures are the report's own
/// too. The state is saved after each round.
/// Errors: UserError where a file cannot be read or written.
void train(const Options& options, const Course& course, stator::State& state, Report& report);

/// The state's own step counter.
int64_t steps_done(const stator::State& state);

}  // namespace examples
