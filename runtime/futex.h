// Sleeping until a number changes: one system call, without what std::atomic's wait spins and yields before it.
#pragma once

#include <atomic>
#include <climits>
#include <cstdint>

#ifdef __linux__
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace stator {

/// Sleeps while `number` is `seen`; may wake without a reason.
inline void futex_wait(std::atomic<uint32_t>& number, uint32_t seen) {
#ifdef __linux__
  ::syscall(SYS_futex, &number, FUTEX_WAIT_PRIVATE, seen, nullptr, nullptr, 0);
#else
  number.wait(seen);
#endif
}

/// Wakes at most `sleepers` of those that sleep on `number`.
inline void futex_wake(std::atomic<uint32_t>& number, int sleepers = INT_MAX) {
#ifdef __linux__
  ::syscall(SYS_futex, &number, FUTEX_WAKE_PRIVATE, sleepers, nullptr, nullptr, 0);
#else
  if (sleepers == 1) number.notify_one();
  else number.notify_all();
#endif
}

static_assert(sizeof(std::atomic<uint32_t>) == sizeof(uint32_t), "the kernel reads the number itself");

}  // namespace stator
