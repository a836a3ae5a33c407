// The loop over a table's steps. It must stay what compiler/cpu/step_runner.cpp generates; a test compares the bits.
#include "runtime/profile/run_steps.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

#include "runtime/error.h"

namespace stator {
namespace {

/// What one thread does of a step.
struct alignas(64) Lane {
  std::atomic<std::thread::id> owner{};
  int64_t begin_ns = 0, end_ns = 0;
};

/// A kernel whose chunks take note of when they ran, in the place of its context.
struct TimedKernel {
  StatorKernel kernel;
  const StatorCall* context;
  std::vector<Lane>& lanes;

  /// The lane of the thread that asks; it becomes its own where it had none.
  Lane& own_lane() const {
    const std::thread::id self = std::this_thread::get_id();
    for (Lane& lane : lanes) {
      std::thread::id owner = lane.owner.load(std::memory_order_relaxed);
      if (owner == std::thread::id() && lane.owner.compare_exchange_strong(owner, self)) return lane;
      if (owner == self) return lane;
    }
    return lanes.front();
  }
  static void run(const StatorCall* context, int64_t chunk) {
    const auto& timed = *reinterpret_cast<const TimedKernel*>(context);
    Lane& lane = timed.own_lane();
    if (lane.begin_ns == 0) lane.begin_ns = steady_ns();
    timed.kernel(timed.context, chunk);
    lane.end_ns = steady_ns();
  }
};

class TableRun {
 public:
  TableRun(const Executable& executable, const CompiledFunction& function, const StatorCall& call, int threads,
           int64_t origin_ns)
      : table_(function.table), code_(executable.kernel_code), call_(call), origin_ns_(origin_ns), lanes_(threads) {
    bases_ = {static_cast<char*>(call.state), static_cast<char*>(call.arena),
              static_cast<char*>(const_cast<void*>(call.arguments))};
    for (size_t i = 0; i < function.inputs.size(); ++i)
      bases_.push_back(static_cast<char*>(const_cast<void*>(call.inputs[i])));
    for (size_t i = 0; i < function.results.size(); ++i) bases_.push_back(static_cast<char*>(call.results[i]));
  }

  CallRun run() {
    size_t loop = 0;
    lanes_.front().owner = std::this_thread::get_id();
    made_.begin_ns = now_ = steady_ns() - origin_ns_;
    run(0, table_.step_count(), loop);
    made_.end_ns = now_;
    return std::move(made_);
  }

 private:
  /// `loop`: the first that begins at `first` or later; becomes the first behind these steps.
  void run(int64_t first, int64_t last, size_t& loop) {
    for (int64_t step = first; step < last;) {
      if (loop == table_.loops.size() || table_.loops[loop].first != step) {
        run_step(step++);
        continue;
      }
      const StepLoop& repeated = table_.loops[loop];
      size_t behind = loop + 1;
      for (int64_t round = 0; round < repeated.rounds; ++round) {
        counter(repeated.counter_bytes) = repeated.reversed ? repeated.rounds - 1 - round : round;
        run(repeated.first, repeated.last, behind = loop + 1);
      }
      loop = behind;
      step = repeated.last;
    }
  }

  int64_t& counter(int64_t at_bytes) const {
    return *reinterpret_cast<int64_t*>(static_cast<char*>(call_.arena) + at_bytes);
  }

  void run_step(int64_t step) {
    const int64_t* numbers = &table_.steps[static_cast<size_t>(step * StepTable::step_numbers)];
    const StatorKernel kernel = code_[static_cast<size_t>(numbers[0])];
    const int64_t chunks = numbers[1];
    find_addresses(numbers[2], numbers[3]);
    const auto* context = reinterpret_cast<const StatorCall*>(addresses_.data());
    if (call_.parallel == nullptr || chunks < 2)
      for (int64_t chunk = 0; chunk < chunks; ++chunk) kernel(context, chunk);
    else share(step, {kernel, context, lanes_}, chunks);
    const int64_t end = steady_ns() - origin_ns_;
    made_.kernels.push_back({step, 0, now_, end});
    now_ = end;
  }

  void share(int64_t step, const TimedKernel& timed, int64_t chunks) {
    for (Lane& lane : lanes_) lane.begin_ns = lane.end_ns = 0;
    call_.parallel(call_.pool, &TimedKernel::run, reinterpret_cast<const StatorCall*>(&timed), chunks);
    for (size_t i = 0; i < lanes_.size(); ++i)
      if (lanes_[i].begin_ns != 0)
        made_.threads.push_back(
            {step, static_cast<int>(i), lanes_[i].begin_ns - origin_ns_, lanes_[i].end_ns - origin_ns_});
  }

  void find_addresses(int64_t first, int64_t count) {
    const int64_t* number = table_.buffers.data() + first;
    addresses_.resize(static_cast<size_t>(std::max<int64_t>(count, 1)));
    for (int64_t i = 0; i < count; ++i) {
      char* base = bases_[static_cast<size_t>(number[0])];
      int64_t offset = number[1];
      const int64_t* stride = number + StepTable::buffer_numbers;
      number = stride + number[2] * StepTable::stride_numbers;
      for (; stride != number; stride += StepTable::stride_numbers) offset += counter(stride[0]) * stride[1];
      addresses_[static_cast<size_t>(i)] = base + offset;
    }
  }

  const StepTable& table_;
  const std::vector<StatorKernel>& code_;
  const StatorCall& call_;
  const int64_t origin_ns_;
  std::vector<Lane> lanes_;
  std::vector<char*> bases_;
  std::vector<char*> addresses_;
  CallRun made_;
  int64_t now_ = 0;
};

}  // namespace

int64_t steady_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

CallRun run_steps(const Executable& executable, const CompiledFunction& function, const StatorCall& call, int threads,
                  int64_t origin_ns) {
  if (executable.kernel_code.size() != executable.kernels.size())
    throw InternalError("profile: '" + function.name + "' was compiled without one");
  return TableRun(executable, function, call, threads, origin_ns).run();
}

}  // namespace stator
