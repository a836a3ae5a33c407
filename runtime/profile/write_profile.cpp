// A profile as a trace for Chrome and Perfetto, and as a table for people.
#include <cstdio>
#include <nlohmann/json.hpp>

#include "runtime/atomic_file.h"
#include "runtime/executable.h"
#include "runtime/profile/profile.h"
#include "runtime/text.h"
#include "runtime/text_table.h"

namespace stator {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t longest_text = 40;

double microseconds(int64_t ns) { return 1e-3 * static_cast<double>(ns); }

/// What is behind a kernel's name in the trace.
Json details(const KernelFacts& facts, const std::string& layers, double ns, const std::optional<MachinePeak>& peak) {
  const double gflops = static_cast<double>(facts.flops) / ns, gbytes = static_cast<double>(facts.bytes) / ns;
  Json all{{"kernel", facts.name}, {"layers", layers},       {"operations", facts.operations},
           {"form", facts.form},   {"shapes", facts.shapes}, {"flops", facts.flops},
           {"bytes", facts.bytes}, {"GFLOP/s", gflops},      {"GB/s", gbytes}};
  if (peak) {
    all["of_fma_peak"] = 1e9 * gflops / peak->flops_per_second;
    all["of_read_bandwidth"] = 1e9 * gbytes / peak->read_bytes_per_second;
  }
  return all;
}

Json event(const std::string& name, const char* category, int process, int row, int64_t begin_ns, int64_t end_ns) {
  return {{"name", name},
          {"cat", category},
          {"ph", "X"},
          {"pid", process},
          {"tid", row},
          {"ts", microseconds(begin_ns)},
          {"dur", microseconds(end_ns - begin_ns)}};
}

/// A process's or a row's name.
Json title(const char* what, int process, int row, const std::string& name) {
  return {{"name", what}, {"ph", "M"}, {"pid", process}, {"tid", row}, {"args", {{"name", name}}}};
}

std::string kernel_title(const KernelFacts& facts, const std::string& layers) {
  return layers.empty() ? facts.operations : concat(layers, ": ", facts.operations);
}

/// Adds a function's calls to the events of a trace.
class TraceOf {
 public:
  TraceOf(Json& events, const Executable& executable, int function, int process)
      : events_(events),
        executable_(executable),
        function_(executable.functions[static_cast<size_t>(function)]),
        process_(process) {
    events_.push_back(title("process_name", process, 0, function_.name));
    events_.push_back(title("thread_name", process, 0, "kernels"));
  }

  void add(const CallRun& run, const std::optional<MachinePeak>& peak) {
    events_.push_back(event(function_.name, "call", process_, 0, run.begin_ns, run.end_ns));
    for (const KernelRun& kernel : run.kernels) {
      Json made = event(name_of(kernel), "kernel", process_, 0, kernel.begin_ns, kernel.end_ns);
      made["args"] =
          details(facts_of(kernel), layers_of(kernel), static_cast<double>(kernel.end_ns - kernel.begin_ns), peak);
      events_.push_back(std::move(made));
    }
    for (const KernelRun& part : run.threads) {
      for (; rows_ <= part.thread; ++rows_)
        events_.push_back(title("thread_name", process_, rows_ + 1, concat("thread ", rows_)));
      events_.push_back(event(name_of(part), "thread", process_, part.thread + 1, part.begin_ns, part.end_ns));
    }
  }

 private:
  const KernelFacts& facts_of(const KernelRun& run) const {
    const int64_t kernel = function_.table.steps[static_cast<size_t>(run.step * StepTable::step_numbers)];
    return executable_.kernels[static_cast<size_t>(kernel)];
  }
  const std::string& layers_of(const KernelRun& run) const {
    return function_.table.layers[static_cast<size_t>(run.step)];
  }
  std::string name_of(const KernelRun& run) const { return kernel_title(facts_of(run), layers_of(run)); }

  Json& events_;
  const Executable& executable_;
  const CompiledFunction& function_;
  int process_;
  int rows_ = 0;  // of threads that have a name
};

std::string fixed(double value, int digits) {
  char text[32];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}
std::string percent(double share) { return fixed(100 * share, 1) + " %"; }

std::string cut(const std::string& text) {
  return text.size() <= longest_text ? text : text.substr(0, longest_text - 3) + "...";
}

std::vector<std::string> line_of(const KernelFigures& kernel, double call_ns, const std::optional<MachinePeak>& peak) {
  const double gflops = kernel.flops / kernel.time_ns, gbytes = kernel.bytes / kernel.time_ns;
  return {kernel.facts.name.substr(kernel.facts.name.rfind('.') + 1),
          kernel.facts.form,
          cut(kernel.layers),
          cut(kernel.facts.operations),
          std::to_string(kernel.runs),
          fixed(1e-3 * kernel.time_ns, 1),
          percent(kernel.time_ns / call_ns),
          fixed(gflops, 1),
          peak ? percent(1e9 * gflops / peak->flops_per_second) : "",
          fixed(gbytes, 1),
          peak ? percent(1e9 * gbytes / peak->read_bytes_per_second) : ""};
}

}  // namespace

std::string Profile::trace() const {
  const std::lock_guard lock(mutex_);
  Json events = Json::array();
  int process = 0;
  for (const Watched& watched : watched_) {
    TraceOf trace(events, *watched.executable, watched.function, ++process);
    for (const CallRun& run : watched.runs) trace.add(run, peak_);
  }
  Json whole{{"traceEvents", std::move(events)}, {"displayTimeUnit", "ns"}};
  if (peak_)
    whole["otherData"] = {{"fma_peak_gflops", 1e-9 * peak_->flops_per_second},
                          {"read_bandwidth_gbs", 1e-9 * peak_->read_bytes_per_second},
                          {"threads", peak_->threads}};
  return whole.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

void Profile::write_trace(const std::string& path) const { write_file_atomically(path, trace()); }

std::string Profile::table() const {
  std::string text;
  if (peak_)
    text = concat("peak of ", peak_->threads,
                  peak_->threads == 1 ? " thread: " : " threads: ", fixed(1e-9 * peak_->flops_per_second, 1),
                  " GFLOP/s, ", fixed(1e-9 * peak_->read_bytes_per_second, 1), " GB/s read from memory\n");
  for (const FunctionFigures& function : figures()) {
    int64_t runs = 0;
    for (const KernelFigures& kernel : function.kernels) runs += kernel.runs;
    text += concat("\n", function.name, ": ", fixed(1e-3 * function.time_ns, 1), " us a call in ", runs, " kernels of ",
                   function.kernels.size(), " kinds, mean of ", function.calls, " calls\n");
    std::vector<std::vector<std::string>> lines{
        {"kernel", "form", "layers", "operations", "runs", "us", "share", "GFLOP/s", "of peak", "GB/s", "of read"}};
    for (const KernelFigures& kernel : function.kernels) lines.push_back(line_of(kernel, function.time_ns, peak_));
    text += text_table(lines, 4);
  }
  return text;
}

}  // namespace stator
