// The figures of one run, for other programs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "examples/frame/options.h"
#include "runtime/cli/json.h"

namespace examples {

/// What `--json` holds: the example, its data, what it reached, and what that cost (`compile_ms`, `first_step_ms` since
/// the process started, `step_us_median`, `peak_rss_mb`).
class Report {
 public:
  explicit Report(const Options& options);

  /// A figure of the run, by name; a later value replaces an earlier one.
  void set(const std::string& name, const stator::cli::Json& value);
  /// Adds one compilation's time; `phases` says for people what it went to.
  void compiled(double milliseconds, const std::string& phases);
  void step_took(double microseconds);
  double step_us_median() const;
  /// What was compiled so far, a line each.
  const std::vector<std::string>& compilations() const { return compilations_; }

  /// Writes the file, where one was asked for; and of a profile the trace, its table to standard output.
  /// Errors: UserError where a file cannot be written.
  void write() const;

 private:
  std::string path_, trace_path_;
  std::shared_ptr<stator::Profile> profile_;  // null: none
  stator::cli::Json figures_;
  double compile_ms_ = 0, first_step_ms_ = 0;
  std::vector<double> step_us_;
  std::vector<std::string> compilations_;
};

/// A clock for durations, in microseconds.
double now_us();

}  // namespace examples
