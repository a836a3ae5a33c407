// How an example's learning rate moves.
#pragma once

#include <cstdint>
#include <functional>

#include "examples/frame/options.h"

namespace examples {

/// The learning rate of step `step`, from 0, of a run of `steps`.
using Rate = std::function<double(const Options& options, int64_t step, int64_t steps)>;

/// `--lr` in every step.
inline double constant_rate(const Options& options, int64_t, int64_t) { return *options.lr; }

}  // namespace examples
