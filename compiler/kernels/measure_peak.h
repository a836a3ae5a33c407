// What this machine can do at most, by short measurements: the measure for kernels.
#pragma once

#include "compiler/cpu/target.h"
#include "runtime/profile/profile.h"

namespace stator::kernels {

/// Multiply-adds on registers alone, in f32 operations per second on one thread: the best of many short runs.
double measureFlops(const cpu::Target& target);

/// Both peaks, with `threads` threads at work at the same time; the bandwidth is that of reading more than caches hold.
/// Takes a quarter of a second.
MachinePeak measurePeak(const cpu::Target& target, int threads);

}  // namespace stator::kernels
