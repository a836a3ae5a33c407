// A function's table run step by step with the clock read between them: what generated code does, observed.
#pragma once

#include "runtime/executable.h"
#include "runtime/profile/profile.h"

namespace stator {

/// Runs function `function`, and gives what happened when; times count from `origin_ns` of the steady clock. `threads`
/// are those behind `call.parallel`.
/// Errors: InternalError where the executable was compiled without its kernels (`CompileOptions::profile`).
CallRun run_steps(const Executable& executable, const CompiledFunction& function, const StatorCall& call, int threads,
                  int64_t origin_ns);

/// Nanoseconds of the steady clock.
int64_t steady_ns();

}  // namespace stator
