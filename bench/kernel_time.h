// One kernel as a call, its operands, and how long it takes by its thread's own processor time.
#pragma once

#include <time.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>

namespace bench {

using Call = std::function<void()>;

/// Memory for `elements` of f32, aligned to a page, filled with numbers of both signs.
inline std::shared_ptr<float> operand(int64_t elements) {
  std::shared_ptr<float> memory(static_cast<float*>(std::aligned_alloc(4096, (elements * 4 + 4095) / 4096 * 4096)),
                                std::free);
  for (int64_t i = 0; i < elements; ++i) memory.get()[i] = static_cast<float>(i * 7 % 13) / 8 - 0.75f;
  return memory;
}

/// What this thread has used: while another process has the core, it stands still.
inline double thread_microseconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return 1e6 * static_cast<double>(now.tv_sec) + 1e-3 * static_cast<double>(now.tv_nsec);
}

inline double microseconds_of(const Call& call, int64_t count) {
  const double start = thread_microseconds();
  for (int64_t i = 0; i < count; ++i) call();
  return (thread_microseconds() - start) / static_cast<double>(count);
}

/// The best of the batches that a slice has room for: what else the core does meanwhile falls into few of them.
inline double slice_of(const Call& call) {
  constexpr double slice_microseconds = 5000, batch_microseconds = 100;
  const double one = microseconds_of(call, 1);  // brings its operands near
  const int64_t batch = std::max<int64_t>(1, std::lround(batch_microseconds / one));
  double best = one;
  for (double left = slice_microseconds - one; left > 0;) {
    const double each = microseconds_of(call, batch);
    best = std::min(best, each), left -= each * static_cast<double>(batch);
  }
  return best;
}

}  // namespace bench
