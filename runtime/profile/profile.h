// Where the time of compiled functions goes: each kernel's time, work and traffic, as a trace and as a table.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "runtime/abi.h"
#include "runtime/step_table.h"

namespace stator {

class Executable;

/// The most that a machine does, as measured.
struct MachinePeak {
  double flops_per_second = 0;       ///< f32 multiply-adds on registers, two operations each
  double read_bytes_per_second = 0;  ///< from memory
  int threads = 1;                   ///< that were at work together
};

/// One step of a function as it ran, or one thread's part of it; times in nanoseconds since the profile's first call.
struct KernelRun {
  int64_t step = 0;  ///< in the function's table
  int thread = 0;    ///< 0: the caller
  int64_t begin_ns = 0, end_ns = 0;
};

/// One call of a function.
struct CallRun {
  int64_t begin_ns = 0, end_ns = 0;
  std::vector<KernelRun> kernels;  ///< in order, one behind the other
  std::vector<KernelRun> threads;  ///< of steps that threads shared, what each of them did
};

/// What the calls of one function spent in one distinct kernel.
struct KernelFigures {
  KernelFacts facts;
  std::string layers;  ///< of all its steps, with `*` where their numbers differ: `h.*.attn`
  int64_t runs = 0;    ///< in one call
  double time_ns = 0;  ///< in one call, the mean of all
  double flops = 0;    ///< in one call
  double bytes = 0;    ///< in one call
};

struct FunctionFigures {
  std::string name;
  int64_t calls = 0;
  double time_ns = 0;                  ///< of one call, the mean of all
  std::vector<KernelFigures> kernels;  ///< by their time, the longest first
};

/// Watches the first calls of each function that is compiled with it (`CompileOptions::profile`) and leaves later ones
/// alone. A profiled call runs the same kernels on the same chunks in the same order, so its results are the same bits;
/// the clock is read once behind each kernel, which takes some 30 ns.
class Profile {
 public:
  /// Watches `calls` calls of each function, behind two that warm up: those count only where no others follow.
  explicit Profile(int64_t calls = 20) : calls_(calls) {}

  void set_peak(const MachinePeak& peak) { peak_ = peak; }
  const std::optional<MachinePeak>& peak() const { return peak_; }

  /// Runs function `function` of an executable that was compiled with a profile, on a pool of `threads` threads.
  void run(const std::shared_ptr<const Executable>& executable, int function, const StatorCall& call, int threads);

  /// In the order of their first calls.
  std::vector<FunctionFigures> figures() const;

  /// The figures for people: a table for each function, with the share of the machine's peaks.
  std::string table() const;

  /// All runs in Chrome's trace event format, which chrome://tracing and ui.perfetto.dev open. A process is a function,
  /// its first row the kernels, then a row for each thread; time is in microseconds.
  /// Source: "Trace Event Format", the catapult project.
  std::string trace() const;
  /// Errors: UserError where the path cannot be written.
  void write_trace(const std::string& path) const;

 private:
  struct Watched {
    std::shared_ptr<const Executable> executable;
    int function = 0;
    int64_t called = 0;
    std::vector<CallRun> runs;
  };

  Watched& watched(const std::shared_ptr<const Executable>& executable, int function);
  FunctionFigures figures_of(const Watched& watched) const;

  int64_t calls_;
  std::optional<MachinePeak> peak_;
  int64_t origin_ns_ = 0;
  std::vector<Watched> watched_;
  mutable std::mutex mutex_;
};

}  // namespace stator
