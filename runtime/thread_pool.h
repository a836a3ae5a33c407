// The threads that compiled functions share their chunks with.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

#include "runtime/abi.h"

namespace stator {

/// `threads`, or as many as the machine has cores where that is 0.
int threads_or_all(int threads);

/// N - 1 workers and the caller claim chunks of a parallel region one by one.
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

  void work();
  bool do_one_chunk();
  void wait_for_chunks(uint32_t chunks);
  uint32_t wait_for_epoch_after(uint32_t seen);
  void publish(const Region& region);
  void stop();

  /// epoch << 32 | chunks that nobody has claimed yet.
  alignas(64) std::atomic<uint64_t> ticket_{0};
  alignas(64) std::atomic<uint32_t> finished_{0};
  std::atomic<bool> caller_sleeps_{false};  // until `finished_` changes
  alignas(64) std::atomic<uint32_t> epoch_{0};
  std::atomic<int> sleeping_{0};
  std::atomic<bool> stopping_{false};
  alignas(64) Region region_;
  std::atomic<bool> busy_{false};
  std::vector<std::thread> workers_;
};

}  // namespace stator
