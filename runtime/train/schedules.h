// Learning-rate schedules: functions of the number of finished steps, handed to each step. Nothing is recompiled, and a
// run that goes on from a saved state has the rates that it would have had.
#pragma once

#include <cstdint>
#include <vector>

namespace stator {

// Every schedule gives `lr(step)`, the learning rate of the step after `step` finished ones: PyTorch's after `step`
// calls of scheduler.step(). `base_lr` is the optimizer's.
//
//     const OneCycleLR rate{.max_lr = 0.1, .total_steps = epochs * steps_per_epoch};
//     train.step(state, images, labels, {.lr = rate.lr(step), .momentum = rate.momentum(step)});

/// Multiplied by `gamma` every `step_size` steps. Source: torch.optim.lr_scheduler.StepLR.
struct StepLR {
  double base_lr;
  int64_t step_size;
  double gamma = 0.1;
  double lr(int64_t step) const;
};

/// Multiplied by `gamma` at each milestone; one that stands twice counts twice. Source: MultiStepLR.
struct MultiStepLR {
  double base_lr;
  std::vector<int64_t> milestones;
  double gamma = 0.1;
  double lr(int64_t step) const;
};

/// Multiplied by `gamma` at every step. Source: ExponentialLR.
struct ExponentialLR {
  double base_lr;
  double gamma;
  double lr(int64_t step) const;
};

/// Multiplied by `factor` for the first `total_iters` steps. Source: ConstantLR.
struct ConstantLR {
  double base_lr;
  double factor = 1.0 / 3;
  int64_t total_iters = 5;
  double lr(int64_t step) const;
};

/// From `start_factor` to `end_factor` times the rate, in `total_iters` equal parts. Source: LinearLR.
struct LinearLR {
  double base_lr;
  double start_factor = 1.0 / 3, end_factor = 1;
  int64_t total_iters = 5;
  double lr(int64_t step) const;
};

/// Half a cosine from `base_lr` down to `eta_min` in `T_max` steps, and up again. Source: CosineAnnealingLR (Loshchilov
/// and Hutter 2017, equation 5, without restarts).
struct CosineAnnealingLR {
  double base_lr;
  int64_t T_max;
  double eta_min = 0;
  double lr(int64_t step) const;
};

/// Up in a straight line for `warmup_steps` steps, then half a cosine down to `min_lr` at `total_steps`, where it
/// stays. Source: get_lr of nanoGPT's train.py, whose warmup_iters and lr_decay_iters these are.
struct CosineWithWarmupLR {
  double max_lr;
  int64_t warmup_steps, total_steps;
  double min_lr = 0;
  double lr(int64_t step) const;
};

/// How one-cycle moves between its rates.
enum class Anneal : unsigned char { cos, linear };

/// Up to `max_lr` and down to almost nothing, with the momentum the other way round. Source: OneCycleLR (Smith and
/// Topin 2018). PyTorch's `epochs` times `steps_per_epoch` is `total_steps`; with cycle_momentum=False hand over no
/// momentum.
struct OneCycleLR {
  double max_lr;
  int64_t total_steps;
  double pct_start = 0.3;
  Anneal anneal_strategy = Anneal::cos;
  double base_momentum = 0.85, max_momentum = 0.95, div_factor = 25, final_div_factor = 1e4;
  bool three_phase = false;

  /// Errors: UserError for a step beyond `total_steps`.
  double lr(int64_t step) const;
  double momentum(int64_t step) const;
};

/// `first` up to step `milestone`, then `second`, counted from there. Source: SequentialLR.
template <class First, class Second> struct SequentialLR {
  First first;
  Second second;
  int64_t milestone;
  double lr(int64_t step) const { return step < milestone ? first.lr(step) : second.lr(step - milestone); }
};

}  // namespace stator
