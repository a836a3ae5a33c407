// Watching calls, and adding up what was seen.
#include "runtime/profile/profile.h"

#include <algorithm>
#include <map>

#include "runtime/executable.h"
#include "runtime/profile/run_steps.h"

namespace stator {
namespace {

constexpr int64_t warm_up_calls = 2;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Two lists of layers as one, with `*` for numbers that differ; nothing where more than numbers does.
std::optional<std::string> joint(std::string_view a, std::string_view b) {
  std::string text;
  size_t i = 0, k = 0;
  while (i < a.size() && k < b.size()) {
    const size_t first = i, second = k;
    while (i < a.size() && (is_digit(a[i]) || a[i] == '*')) ++i;
    while (k < b.size() && (is_digit(b[k]) || b[k] == '*')) ++k;
    if ((i == first) != (k == second)) return std::nullopt;
    if (i != first) {
      const bool same = a.substr(first, i - first) == b.substr(second, k - second);
      text += same ? a.substr(first, i - first) : "*";
    } else if (a[i++] == b[k++]) {
      text += a[first];
    } else {
      return std::nullopt;
    }
  }
  return i == a.size() && k == b.size() ? std::optional(text) : std::nullopt;
}

/// Adds `more` to what is told of a kernel's layers.
void add_layers(std::vector<std::string>& all, const std::string& more) {
  for (std::string& known : all)
    if (const auto both = joint(known, more)) return void(known = *both);
  all.push_back(more);
}

std::string told(const std::vector<std::string>& layers) {
  std::string text;
  for (const std::string& layer : layers)
    if (!layer.empty()) text += (text.empty() ? "" : "; ") + layer;
  return text;
}

}  // namespace

Profile::Watched& Profile::watched(const std::shared_ptr<const Executable>& executable, int function) {
  for (Watched& known : watched_)
    if (known.executable == executable && known.function == function) return known;
  return watched_.emplace_back(Watched{executable, function, 0, {}});
}

void Profile::run(const std::shared_ptr<const Executable>& executable, int function, const StatorCall& call,
                  int threads) {
  const std::lock_guard lock(mutex_);
  const CompiledFunction& compiled = executable->functions[static_cast<size_t>(function)];
  Watched& here = watched(executable, function);
  if (here.called == warm_up_calls + calls_) return compiled.entry(&call);
  if (here.called++ == warm_up_calls) here.runs.clear();
  if (origin_ns_ == 0) origin_ns_ = steady_ns();
  here.runs.push_back(run_steps(*executable, compiled, call, threads, origin_ns_));
}

FunctionFigures Profile::figures_of(const Watched& watched) const {
  const CompiledFunction& function = watched.executable->functions[static_cast<size_t>(watched.function)];
  const StepTable& table = function.table;
  FunctionFigures figures{function.name, static_cast<int64_t>(watched.runs.size()), 0, {}};
  std::map<int64_t, KernelFigures> kernels;
  std::map<int64_t, std::vector<std::string>> layers;
  const double share = 1.0 / static_cast<double>(watched.runs.size());
  for (const CallRun& run : watched.runs) {
    figures.time_ns += static_cast<double>(run.end_ns - run.begin_ns) * share;
    for (const KernelRun& kernel : run.kernels) {
      const int64_t number = table.steps[static_cast<size_t>(kernel.step * StepTable::step_numbers)];
      kernels[number].time_ns += static_cast<double>(kernel.end_ns - kernel.begin_ns) * share;
      if (&run != &watched.runs.front()) continue;
      ++kernels[number].runs;
      add_layers(layers[number], table.layers[static_cast<size_t>(kernel.step)]);
    }
  }
  for (auto& [number, kernel] : kernels) {
    kernel.facts = watched.executable->kernels[static_cast<size_t>(number)];
    kernel.layers = told(layers[number]);
    kernel.flops = static_cast<double>(kernel.facts.flops) * static_cast<double>(kernel.runs);
    kernel.bytes = static_cast<double>(kernel.facts.bytes) * static_cast<double>(kernel.runs);
    figures.kernels.push_back(kernel);
  }
  std::sort(figures.kernels.begin(), figures.kernels.end(), [](const KernelFigures& a, const KernelFigures& b) {
    return a.time_ns != b.time_ns ? a.time_ns > b.time_ns : a.facts.name < b.facts.name;
  });
  return figures;
}

std::vector<FunctionFigures> Profile::figures() const {
  const std::lock_guard lock(mutex_);
  std::vector<FunctionFigures> all;
  for (const Watched& watched : watched_) all.push_back(figures_of(watched));
  return all;
}

}  // namespace stator
