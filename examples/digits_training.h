// What the digit examples share: options, the loop over epochs, and the report.
#pragma once

#include <functional>
#include <string>

#include "compiler/interface/compile.h"
#include "runtime/cli/cli.h"
#include "runtime/ndarray.h"
#include "runtime/state.h"

namespace examples {

struct DigitsOptions {
  std::string data, save, load, json, dump, target = "native";
  int64_t epochs = 2, batch = 32, threads = 0;
  int64_t seed = 0;
  double lr = 0;
  bool download = false;

  /// Defaults are those that the options hold when they are parsed.
  void parse(const std::string& program, const std::string& description, int argc, char** argv);
  stator::CompileOptions compile_options() const;
};

/// Rows that are tested at a time.
inline constexpr long test_rows = 500;

/// A model at work: one step on a batch gives its mean loss; a test gives the summed loss and the number of hits.
struct DigitsModel {
  stator::State& state;
  std::function<double(const stator::NdArray& images, const stator::NdArray& labels)> train;
  std::function<std::pair<double, double>(const stator::NdArray& images, const stator::NdArray& labels)> test;
  double compile_ms = 0;
  std::string compile_report;  // for the log
};

/// Trains for the epochs that the options say, tests after each, and writes what was asked for. A loaded state goes on
/// where it was saved. Gives main's result.
/// Errors: UserError for bad data or files, before any work is lost.
int train_digits(const std::string& example, const DigitsOptions& options, DigitsModel model);

/// A clock for durations, in milliseconds.
double now_ms();

}  // namespace examples
