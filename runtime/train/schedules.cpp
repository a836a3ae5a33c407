// The closed forms of PyTorch's schedules, in f64.
#include "runtime/train/schedules.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "runtime/error.h"
#include "runtime/text.h"

namespace stator {

namespace {

/// From `from` at 0 to `to` at 1.
double cosine(double from, double to, double part) {
  return to + (from - to) / 2 * (1 + std::cos(std::numbers::pi * part));
}

/// One stretch of one-cycle: where it ends (in steps, as PyTorch counts them), and what it goes between.
struct Stretch {
  double end;
  double from_lr, to_lr, from_momentum, to_momentum;
};

std::vector<Stretch> stretches(const OneCycleLR& cycle) {
  const double initial = cycle.max_lr / cycle.div_factor, least = initial / cycle.final_div_factor;
  const double total = static_cast<double>(cycle.total_steps), top = cycle.pct_start * total - 1;
  const double low = cycle.base_momentum, high = cycle.max_momentum;
  if (!cycle.three_phase) return {{top, initial, cycle.max_lr, high, low}, {total - 1, cycle.max_lr, least, low, high}};
  return {{top, initial, cycle.max_lr, high, low},
          {2 * cycle.pct_start * total - 2, cycle.max_lr, initial, low, high},
          {total - 1, initial, least, high, high}};
}

/// The stretch that `step` lies in, and how much of it is behind.
std::pair<Stretch, double> place(const OneCycleLR& cycle, int64_t step) {
  if (step > cycle.total_steps)
    throw UserError(concat("OneCycleLR: step ", step, " lies beyond the total of ", cycle.total_steps));
  double start = 0;
  const std::vector<Stretch> all = stretches(cycle);
  for (const Stretch& stretch : all) {
    if (static_cast<double>(step) <= stretch.end || &stretch == &all.back())
      return {stretch, (static_cast<double>(step) - start) / (stretch.end - start)};
    start = stretch.end;
  }
  return {all.back(), 1};
}

double between(Anneal strategy, double from, double to, double part) {
  return strategy == Anneal::cos ? cosine(from, to, part) : from + (to - from) * part;
}

}  // namespace

double StepLR::lr(int64_t step) const { return base_lr * std::pow(gamma, static_cast<double>(step / step_size)); }

double MultiStepLR::lr(int64_t step) const {
  const auto passed = std::count_if(milestones.begin(), milestones.end(), [&](int64_t m) { return m <= step; });
  return base_lr * std::pow(gamma, static_cast<double>(passed));
}

double ExponentialLR::lr(int64_t step) const { return base_lr * std::pow(gamma, static_cast<double>(step)); }

double ConstantLR::lr(int64_t step) const { return step < total_iters ? base_lr * factor : base_lr; }

double LinearLR::lr(int64_t step) const {
  const double part = static_cast<double>(std::min(step, total_iters)) / static_cast<double>(total_iters);
  return base_lr * (start_factor + (end_factor - start_factor) * part);
}

double CosineAnnealingLR::lr(int64_t step) const {
  return cosine(base_lr, eta_min, static_cast<double>(step) / static_cast<double>(T_max));
}

double CosineWithWarmupLR::lr(int64_t step) const {
  if (step < warmup_steps) return max_lr * static_cast<double>(step + 1) / static_cast<double>(warmup_steps + 1);
  if (step >= total_steps) return min_lr;
  return cosine(max_lr, min_lr,
                static_cast<double>(step - warmup_steps) / static_cast<double>(total_steps - warmup_steps));
}

double OneCycleLR::lr(int64_t step) const {
  const auto [stretch, part] = place(*this, step);
  return between(anneal_strategy, stretch.from_lr, stretch.to_lr, part);
}

double OneCycleLR::momentum(int64_t step) const {
  const auto [stretch, part] = place(*this, step);
  return between(anneal_strategy, stretch.from_momentum, stretch.to_momentum, part);
}

}  // namespace stator
