// Collecting and writing the figures of one run.
#include "examples/frame/report.h"

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "runtime/cli/process.h"
#include "runtime/profile/profile.h"

namespace examples {

namespace cli = stator::cli;

Report::Report(const Options& options)
    : path_(options.json),
      trace_path_(options.profile),
      profile_(options.watch),
      figures_(cli::Json::object().set("example", options.name).set("seed", options.seed)) {}

void Report::set(const std::string& name, const cli::Json& value) { figures_.set(name, value); }

void Report::compiled(double milliseconds, const std::string& phases) {
  compile_ms_ += milliseconds;
  compilations_.push_back(phases);
}

void Report::step_took(double microseconds) {
  if (step_us_.empty()) first_step_ms_ = 1e3 * cli::seconds_since_process_start();
  step_us_.push_back(microseconds);
}

double Report::step_us_median() const {
  if (step_us_.empty()) return 0;
  std::vector<double> times = step_us_;
  const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
  std::nth_element(times.begin(), middle, times.end());
  return *middle;
}

void Report::write() const {
  if (profile_) {
    profile_->write_trace(trace_path_);
    std::printf("\n%s", profile_->table().c_str());
  }
  if (path_.empty()) return;
  cli::Json whole = figures_;
  whole.set("compile_ms", compile_ms_)
      .set("first_step_ms", first_step_ms_)
      .set("step_us_median", step_us_median())
      .set("peak_rss_mb", cli::peak_rss_mb());
  whole.write(path_);
}

double now_us() {
  return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace examples
