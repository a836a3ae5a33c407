// A step asks nothing of the system: no memory, no lock, no system call; with more threads nothing but the pool's
// futex.
#include <unistd.h>

#include <cstdlib>
#include <functional>
#include <memory>
#include <mutex>

#include "tests/catch.h"
#include "tests/ops/run.h"
#include "tests/steps/small_models.h"
#include "tests/steps/system_use.h"

namespace stator::tests {

namespace {

constexpr int64_t rows = 32;
constexpr int warm_up = 5, counted = 100;

/// Steps of a small model; `make(threads)` gives a step at work.
struct Trained {
  const char* name;
  std::function<std::function<void()>(int threads)> make;
};

template <const auto& Program, class... In> std::function<void()> steps(int threads, In... inputs) {
  CompileOptions options = test_options();
  options.threads = threads;
  using Compiled = decltype(compile(Program, batch = rows, options));
  auto compiled = std::make_shared<Compiled>(compile(Program, batch = rows, options));
  auto state = std::make_shared<State>(init(Program, seed(1)));
  return [=] { compiled->step(*state, inputs..., {.lr = 1e-3}); };
}

std::vector<Trained> all() {
  return {{"mlp", [](int t) { return steps<small_mlp>(t, some_values({rows, 24}), some_labels(rows, 10)); }},
          {"lstm", [](int t) { return steps<small_lstm>(t, some_values({5, rows, 8}), some_values({5, rows, 32})); }}};
}

void check_calls(const SystemCalls& calls, int64_t expected) {
  if (!calls.refused.empty()) WARN("skipped: " << calls.refused);
  INFO("the last one was number " << calls.last);
  if (calls.refused.empty()) CHECK(calls.count == expected);
}

}  // namespace

TEST_CASE("the hooks see what there is to see") {
  if (!hooks_allocations()) {
    WARN("skipped: a sanitizer has its own allocator");
    return;
  }
  void* volatile kept = nullptr;
  const SystemUse used = counted_in([&] {
    kept = std::malloc(100), std::free(kept);
    kept = ::operator new(100), ::operator delete(kept);
  });
  CHECK(used.allocations == 2);
  std::mutex mutex;
  CHECK(counted_in([&] { const std::lock_guard lock(mutex); }).locks == 1);
}

TEST_CASE("a step allocates nothing and takes no lock") {
  if (!hooks_allocations()) {
    WARN("skipped: a sanitizer has its own allocator");
    return;
  }
  for (const Trained& model : all()) {
    for (const int threads : {1, 2, 3}) {
      INFO(model.name << ", " << threads << " threads");
      const auto step = model.make(threads);
      for (int i = 0; i < warm_up; ++i) step();
      const SystemUse used = counted_in([&] {
        for (int i = 0; i < counted; ++i) step();
      });
      CHECK(used.allocations == 0);
      CHECK(used.locks == 0);
    }
  }
}

TEST_CASE("a step makes no system call on one thread, and the futex's alone on more") {
  for (const Trained& model : all()) {
    for (const int threads : {1, 2, 3}) {
      INFO(model.name << ", " << threads << " threads");
      std::function<void()> step;
      const auto prepare = [&] {
        step = model.make(threads);
        for (int i = 0; i < warm_up; ++i) step();
      };
      const auto work = [&] {
        for (int i = 0; i < counted; ++i) step();
      };
      check_calls(system_calls_of(prepare, work, threads > 1), 0);
    }
  }
}

TEST_CASE("system calls are seen where there are some") {
  const auto work = [] {
    for (int i = 0; i < 7; ++i) (void)::getppid();
  };
  check_calls(system_calls_of([] {}, work, true), 7);
}

}  // namespace stator::tests
