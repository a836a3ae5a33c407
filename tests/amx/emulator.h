// AMX for processors without it: while an emulator lives, its instructions mean what they do on one that has them.
#pragma once

#include <csignal>
#include <cstdint>
#include <string>

namespace stator::tests::amx {

/// Whether the processor and the system let this process run AMX itself.
bool native();

/// Why AMX cannot be emulated here, in one sentence; empty where it can, or need not be.
std::string why_not();

/// Runs AMX instructions of all threads where the processor has none, by a handler of SIGILL; does nothing where it
/// has them. While it lives, `tile` may be asked for (compiler/cpu/bfloat16_products.h). One at a time. Test frameworks
/// set handlers of their own before each test: make it inside of one.
class Emulator {
 public:
  Emulator();
  ~Emulator();
  Emulator(const Emulator&) = delete;
  Emulator& operator=(const Emulator&) = delete;

 private:
  struct sigaction before_ = {};
};

/// Instructions that emulators have run so far, on all threads.
int64_t emulated();

}  // namespace stator::tests::amx
