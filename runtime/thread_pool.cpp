// Claiming chunks by an atomic ticket.
//
// Why a late worker can do no harm. A chunk is claimed by one compare-exchange of its range's ticket from (epoch, r)
// with r > 0 to (epoch, r - 1); nothing else that a worker read earlier takes part in the decision.
//  1. The exchange succeeds only on the ticket's present value, so the claimed chunk belongs to the region under way at
//     that moment, whatever epoch the worker woke up for. A stale value fails: its epoch is another one. (Were the 32
//     bits to come round while a worker slept, success would still mean an unclaimed chunk of the present region.)
//  2. Kernel, call and chunk count are read after the claim. The region cannot end before this chunk is counted in
//     `finished_`, and `run` overwrites them only after the region's end, so they are those of the claimed chunk.
//     `publish` wrote them before the ticket's release store, and every claim acquires from that store's release
//     sequence; the worker's release increment of `finished_` comes after its reads, and `run` acquires it before it
//     returns. So they need not be atomic.
//  3. Each of the region's chunks is claimed once, since r only falls, and counted once; `finished_` is reset when no
//     claimed chunk is outstanding.
#include "runtime/thread_pool.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <system_error>

#include "runtime/error.h"
#include "runtime/futex.h"
#include "runtime/text.h"

namespace stator {
namespace {

/// Longer than the gap between two regions of a step, far shorter than a time slice.
constexpr std::chrono::microseconds spin_time{200};
constexpr int spins_between_looks = 64;

void pause_briefly() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/// Spins until `done()`; false where that took longer than `spin_time`.
template <class Condition> bool spin_until(Condition done) {
  const auto give_up = std::chrono::steady_clock::now() + spin_time;
  do {
    for (int i = 0; i < spins_between_looks; ++i) {
      if (done()) return true;
      pause_briefly();
    }
  } while (std::chrono::steady_clock::now() < give_up);
  return false;
}

void run_in_order(StatorKernel kernel, const StatorCall* call, int64_t chunks) {
  for (int64_t chunk = 0; chunk < chunks; ++chunk) kernel(call, chunk);
}

}  // namespace

int threads_or_all(int threads) {
  if (threads != 0) return threads;
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

ThreadPool::ThreadPool(int threads) : ranges_(static_cast<size_t>(std::max(threads, 1))) {
  if (threads < 1) throw UserError(concat("threads: ", threads, " is below 1"));
  try {
    for (int i = 1; i < threads; ++i) workers_.emplace_back([this, i] { work(static_cast<size_t>(i)); });
  } catch (const std::system_error&) {
    const int had = this->threads();
    stop();
    throw UserError(concat("threads: the system gives ", had, " of the ", threads, " asked for"));
  }
}

ThreadPool::~ThreadPool() { stop(); }

void ThreadPool::stop() {
  stopping_.store(true);
  epoch_.fetch_add(1);
  futex_wake(epoch_);
  for (std::thread& worker : workers_) worker.join();
  workers_.clear();
}

void ThreadPool::parallel(void* pool, StatorKernel kernel, const StatorCall* call, int64_t chunks) {
  static_cast<ThreadPool*>(pool)->run(kernel, call, chunks);
}

void ThreadPool::run(StatorKernel kernel, const StatorCall* call, int64_t chunks) {
  const bool shareable = chunks > 1 && chunks <= std::numeric_limits<uint32_t>::max() && !workers_.empty();
  if (!shareable || busy_.exchange(true, std::memory_order_acquire)) return run_in_order(kernel, call, chunks);
  publish({kernel, call, chunks});
  while (do_chunks(0)) {}
  wait_for_chunks(static_cast<uint32_t>(chunks));
  busy_.store(false, std::memory_order_release);
}

/// Makes a region known and wakes sleepers, at most one for each chunk that the caller will not do at once.
void ThreadPool::publish(const Region& region) {
  region_ = region;
  callers_processor_.store(Processors::current(), std::memory_order_relaxed);
  finished_.store(0, std::memory_order_relaxed);
  const uint32_t epoch = epoch_.load(std::memory_order_relaxed) + 1;
  for (size_t range = 0; range < ranges_.size(); ++range) {
    const int64_t unclaimed = start_of(range + 1, region.chunks) - start_of(range, region.chunks);
    ranges_[range].ticket.store(uint64_t{epoch} << 32 | static_cast<uint64_t>(unclaimed), std::memory_order_release);
  }
  epoch_.store(epoch);
  const int64_t sleepers = sleeping_.load();
  if (sleepers == 0) return;
  futex_wake(epoch_, sleepers < region.chunks ? INT_MAX : static_cast<int>(region.chunks - 1));
}

/// Returns when that many chunks are finished. The caller says that it is about to sleep before it looks at the count
/// once more, and a worker looks for it after it has counted, all in one total order: one of the two sees the other.
void ThreadPool::wait_for_chunks(uint32_t chunks) {
  if (spin_until([&] { return finished_.load(std::memory_order_acquire) == chunks; })) return;
  caller_sleeps_.store(true);
  for (uint32_t done = finished_.load(); done != chunks; done = finished_.load()) futex_wait(finished_, done);
  caller_sleeps_.store(false, std::memory_order_relaxed);
}

/// The first chunk of a range; of the range behind the last, the number of chunks.
int64_t ThreadPool::start_of(size_t range, int64_t chunks) const {
  return static_cast<int64_t>(range) * chunks / static_cast<int64_t>(ranges_.size());
}

/// Runs chunks of the range `home`, then of the others; false where there was none.
bool ThreadPool::do_chunks(size_t home) {
  bool some = false;
  for (size_t i = 0; i < ranges_.size(); ++i)
    while (do_one_chunk((home + i) % ranges_.size())) some = true;
  return some;
}

/// Claims a chunk of the range and runs it; false where none is left.
bool ThreadPool::do_one_chunk(size_t range) {
  std::atomic<uint64_t>& unclaimed = ranges_[range].ticket;
  uint64_t ticket = unclaimed.load(std::memory_order_acquire);
  do {
    if (static_cast<uint32_t>(ticket) == 0) return false;
  } while (!unclaimed.compare_exchange_weak(ticket, ticket - 1, std::memory_order_acq_rel, std::memory_order_acquire));
  const auto left = static_cast<int64_t>(static_cast<uint32_t>(ticket));
  region_.kernel(region_.call, start_of(range + 1, region_.chunks) - left);
  finished_.fetch_add(1);
  if (caller_sleeps_.load()) futex_wake(finished_, 1);
  return true;
}

/// The sleeper's count is raised before the epoch is looked at again, and `publish` looks at the count after it changed
/// the epoch, all in one total order: either the sleeper sees the new epoch or `publish` sees the sleeper. A wake-up
/// without a reason finds no chunk and comes back here.
uint32_t ThreadPool::wait_for_epoch_after(uint32_t seen) {
  if (!spin_until([&] { return epoch_.load(std::memory_order_acquire) != seen; })) {
    sleeping_.fetch_add(1);
    futex_wait(epoch_, seen);
    sleeping_.fetch_sub(1);
  }
  return epoch_.load(std::memory_order_acquire);
}

void ThreadPool::leave_callers_processor() const {
  const int callers = callers_processor_.load(std::memory_order_relaxed);
  if (callers >= 0 && callers == Processors::current()) processors_.leave(callers);
}

void ThreadPool::work(size_t home) {
  for (uint32_t seen = 0; !stopping_.load(std::memory_order_acquire); seen = wait_for_epoch_after(seen)) {
    leave_callers_processor();
    while (do_chunks(home)) {}
  }
}

}  // namespace stator
