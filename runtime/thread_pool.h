// The threads that compiled functions share their chunks with.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

#include "runtime/abi.h"
#include "runtime/processor.h"

namespace stator {

/// `threads`, or as many as the machine has cores where that is 0.
int threads_or_all(int threads);

/// N - 1 workers and the caller claim chunks of a parallel region one by one, each from a range of its own first: from
/// region to region, and from step to step, a thread meets the data that its own caches hold. Whoever has done its
/// range goes on with the others'.
///
/// A worker that finds itself on the caller's processor moves to another: each would spin in the other's time, and the
/// system takes long to part them.
///
/// An idle worker spins for a bounded time and then sleeps on a futex, the only system call of the pool. The caller
/// never waits for a worker that has not claimed a chunk: where none comes in time, it does all chunks itself. `run`
/// allocates nothing. A region that starts inside another one on the same pool, or while another thread has one under
/// way, runs on its own thread, in order.
class ThreadPool {
 public:
  /// Errors: UserError where `threads` is below 1, or the system does not give that many.
  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int threads() const { return static_cast<int>(workers_.size()) + 1; }

  /// Runs chunks 0 .. chunks-1 of `kernel`, which must not throw, and returns when all are done.
  void run(StatorKernel kernel, const StatorCall* call, int64_t chunks);

  /// `run` in the form that StatorCall::parallel wants; `pool` is a ThreadPool.
  static void parallel(void* pool, StatorKernel kernel, const StatorCall* call, int64_t chunks);

 private:
  /// What the workers are to do. Written by `run` before it publishes a ticket, read after a successful claim alone.
  struct Region {
    StatorKernel kernel = nullptr;
    const StatorCall* call = nullptr;
    int64_t chunks = 0;
  };

  void work(size_t home);
  void leave_callers_processor() const;
  int64_t start_of(size_t range, int64_t chunks) const;
  bool do_chunks(size_t home);
  bool do_one_chunk(size_t range);
  void wait_for_chunks(uint32_t chunks);
  uint32_t wait_for_epoch_after(uint32_t seen);
  void publish(const Region& region);
  void stop();

  /// A range of chunks: epoch << 32 | those that nobody has claimed yet.
  struct alignas(64) Range {
    std::atomic<uint64_t> ticket{0};
  };

  std::vector<Range> ranges_;  ///< one for each thread
  alignas(64) std::atomic<uint32_t> finished_{0};
  std::atomic<bool> caller_sleeps_{false};  // until `finished_` changes
  alignas(64) std::atomic<uint32_t> epoch_{0};
  std::atomic<int> sleeping_{0};
  std::atomic<bool> stopping_{false};
  alignas(64) Region region_;
  std::atomic<bool> busy_{false};
  std::atomic<int> callers_processor_{-1};
  const Processors processors_;  ///< those of the thread that made the pool
  std::vector<std::thread> workers_;
};

}  // namespace stator
