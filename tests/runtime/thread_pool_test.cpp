// The pool: each chunk once, whatever the timing; built with the thread sanitizer this is also the proof of its orders.
#include "runtime/thread_pool.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <numeric>
#include <thread>
#include <vector>

#include "tests/catch.h"
#include "tests/runtime/support.h"

using namespace stator;

namespace {

/// Counts, without atomics, how often each chunk ran: two threads on one chunk would be a race.
struct Work {
  std::vector<int> runs;
  ThreadPool* pool = nullptr;
  StatorCall call{};
  std::atomic<int64_t> begun{0};

  explicit Work(int64_t chunks) : runs(static_cast<size_t>(chunks), 0) { call.state = this; }
  bool each_ran_once() const {
    for (int count : runs)
      if (count != 1) return false;
    return true;
  }
};

void count_chunk(const StatorCall* call, int64_t chunk) { ++static_cast<Work*>(call->state)->runs.at(chunk); }

void count_chunk_twice_as_much(const StatorCall* call, int64_t chunk) {
  static_cast<Work*>(call->state)->runs.at(chunk) += 2;
}

void run_inner_region(const StatorCall* call, int64_t chunk) {
  auto& outer = *static_cast<Work*>(call->state);
  Work inner(5);
  outer.pool->run(count_chunk, &inner.call, 5);
  outer.runs.at(chunk) += inner.each_ran_once() ? 1 : 100;
}

/// Ends when all chunks have begun, which takes a thread for each; or after a minute.
void wait_for_all(const StatorCall* call, int64_t chunk) {
  auto& work = *static_cast<Work*>(call->state);
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  ++work.begun;
  while (work.begun < std::ssize(work.runs) && std::chrono::steady_clock::now() < give_up)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  if (work.begun == std::ssize(work.runs)) count_chunk(call, chunk);
}

}  // namespace

TEST_CASE("every chunk runs exactly once over many epochs of changing size and kernel") {
  const int threads = GENERATE(1, 2, 3, 5);
  ThreadPool pool(threads);
  CHECK(pool.threads() == threads);
  for (int epoch = 0; epoch < 20000; ++epoch) {
    const int64_t chunks = epoch % 9;
    Work work(chunks);
    const bool twice = epoch % 2 == 1;
    ThreadPool::parallel(&pool, twice ? count_chunk_twice_as_much : count_chunk, &work.call, chunks);
    const int total = std::accumulate(work.runs.begin(), work.runs.end(), 0);
    if (total != chunks * (twice ? 2 : 1)) FAIL("epoch " << epoch << ": " << total << " of " << chunks);
  }
}

TEST_CASE("workers that went to sleep are woken and the caller does not need them") {
  ThreadPool pool(4);
  for (int epoch = 0; epoch < 60; ++epoch) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    Work work(16);
    pool.run(count_chunk, &work.call, 16);
    REQUIRE(work.each_ran_once());
  }
}

TEST_CASE("chunks are shared: four that wait for each other run on four threads") {
  ThreadPool pool(4);
  for (int epoch = 0; epoch < 20; ++epoch) {
    Work work(4);
    pool.run(wait_for_all, &work.call, 4);
    REQUIRE(work.each_ran_once());
  }
}

TEST_CASE("a region inside a region, on any thread, runs inline") {
  ThreadPool pool(3);
  for (int epoch = 0; epoch < 2000; ++epoch) {
    Work work(7);
    work.pool = &pool;
    pool.run(run_inner_region, &work.call, 7);
    REQUIRE(work.each_ran_once());
  }
}

TEST_CASE("two threads may use one pool at a time") {
  ThreadPool pool(3);
  const auto use = [&pool](bool* good) {
    for (int epoch = 0; epoch < 3000; ++epoch) {
      Work work(6);
      pool.run(count_chunk, &work.call, 6);
      *good = *good && work.each_ran_once();
    }
  };
  bool first = true, second = true;
  std::thread other(use, &first);
  use(&second);
  other.join();
  CHECK(first);
  CHECK(second);
}

TEST_CASE("pools come and go") {
  for (int i = 0; i < 200; ++i) {
    ThreadPool pool(3);
    Work work(4);
    if (i % 2 == 0) pool.run(count_chunk, &work.call, 4);
  }
}

TEST_CASE("a pool needs a thread") {
  CHECK(tests::error_of([] { ThreadPool pool(0); }) == "threads: 0 is below 1");
  CHECK(tests::error_of([] { ThreadPool pool(-3); }) == "threads: -3 is below 1");
}
