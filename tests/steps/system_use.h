// Counting what code asks of the system: memory, locks, system calls.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace stator::tests {

/// By any thread of the process.
struct SystemUse {
  int64_t allocations = 0;  ///< calls of malloc and its like; operator new calls them
  int64_t locks = 0;        ///< calls of pthread_mutex_lock
};

/// What happens while `work` runs.
SystemUse counted_in(const std::function<void()>& work);

/// False where a sanitizer has an allocator of its own.
bool hooks_allocations();

struct SystemCalls {
  int64_t count = 0;    ///< -1: the child ended in the middle
  int64_t last = -1;    ///< the number of the last; where the child ended, the signal or the code
  std::string refused;  ///< why nothing was counted; empty: it was
};

/// The system calls that `work` makes, on all threads, in a child process where `prepare` ran before: a filter turns
/// each of them into a signal, and none is carried out. `futexes`: those are, and a
/// thread's choice of processors, and do not count. Source: seccomp(2).
SystemCalls system_calls_of(const std::function<void()>& prepare, const std::function<void()>& work, bool futexes);

}  // namespace stator::tests
