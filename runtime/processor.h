// Which processor a thread runs on, and keeping off one.
#pragma once

#ifdef __linux__
#include <sched.h>
#endif

namespace stator {

#ifdef __linux__

/// The processors that the calling thread may use.
class Processors {
 public:
  Processors() {
    CPU_ZERO(&allowed_);
    if (::sched_getaffinity(0, sizeof allowed_, &allowed_) != 0) CPU_ZERO(&allowed_);
  }

  static int current() { return ::sched_getcpu(); }

  /// From now on the calling thread runs on the others of these alone; nothing changes where there are none.
  void leave(int processor) const {
    cpu_set_t others = allowed_;
    if (processor < 0 || processor >= CPU_SETSIZE) return;
    CPU_CLR(processor, &others);
    if (CPU_COUNT(&others) > 0) ::sched_setaffinity(0, sizeof others, &others);
  }

 private:
  cpu_set_t allowed_;
};

#else

class Processors {
 public:
  static int current() { return -1; }
  void leave(int) const {}
};

#endif

}  // namespace stator
