// Optimizers: update rules written as expressions of the graph, with PyTorch's names, defaults and semantics.
//
// The learning rate is the argument `lr` of every call. What PyTorch's schedulers cycle is one too: `momentum`,
// `beta1`.
#pragma once

#include <optional>

#include "dsl/updates.h"

namespace stator {

/// Stochastic gradient descent. Source: torch.optim.SGD.
struct SGD {
  double lr = 1e-3, momentum = 0, dampening = 0, weight_decay = 0;
  bool nesterov = false, maximize = false;

  struct Shared {
    Value lr;
    std::optional<Value> momentum, gain;
  };
  constexpr Shared begin(Updates& updates) const {
    Shared shared{updates.argument("lr", lr), {}, {}};
    if (momentum == 0) return shared;
    shared.momentum = updates.argument("momentum", momentum);
    if (dampening != 0) {  // the first step is not damped
      Value later = cast(greater(updates.step(), 1.0), DType::f64);
      shared.gain = cast(1.0 - dampening * later, DType::f32);
    }
    return shared;
  }
  constexpr Value update(Updates& updates, const Shared& shared, const Value& p, Value g) const {
    if (maximize) g = -g;
    if (weight_decay != 0) g = g + weight_decay * p;
    if (momentum != 0) {
      Value last = updates.state("momentum_buffer", p);
      Value buffer = *shared.momentum * last + (shared.gain ? g * *shared.gain : g);
      updates.set_state("momentum_buffer", buffer);
      g = nesterov ? g + *shared.momentum * buffer : buffer;
    }
    return p - shared.lr * g;
  }
};

/// Adaptive moments. Source: torch.optim.Adam (Kingma and Ba 2015, algorithm 1).
struct Adam {
  double lr = 1e-3, beta1 = 0.9, beta2 = 0.999, eps = 1e-8, weight_decay = 0;
  bool amsgrad = false, maximize = false, decoupled_weight_decay = false;

  struct Shared {
    Value step_size, root_of_correction, rest_of_beta1;
    std::optional<Value> keep;
  };
  constexpr Shared begin(Updates& updates) const {
    Value rate = cast(updates.argument("lr", lr), DType::f64), beta = updates.argument("beta1", beta1, DType::f64);
    Value step = updates.step(), correction1 = 1.0 - pow(beta, step), correction2 = 1.0 - pow(beta2, step);
    Shared shared{
        cast(rate / correction1, DType::f32), cast(sqrt(correction2), DType::f32), cast(1.0 - beta, DType::f32), {}};
    if (decoupled_weight_decay && weight_decay != 0) shared.keep = cast(1.0 - rate * weight_decay, DType::f32);
    return shared;
  }
  constexpr Value update(Updates& updates, const Shared& shared, const Value& p, Value g) const {
    if (maximize) g = -g;
    if (weight_decay != 0 && !decoupled_weight_decay) g = g + weight_decay * p;
    Value last_mean = updates.state("exp_avg", p), last_square = updates.state("exp_avg_sq", p);
    Value mean = last_mean + shared.rest_of_beta1 * (g - last_mean);
    Value square = beta2 * last_square + (1 - beta2) * (g * g);
    updates.set_state("exp_avg", mean);
    updates.set_state("exp_avg_sq", square);
    if (amsgrad) {
      square = maximum(updates.state("max_exp_avg_sq", p), square);
      updates.set_state("max_exp_avg_sq", square);
    }
    Value step = shared.step_size * (mean / (sqrt(square) / shared.root_of_correction + eps));
    return (shared.keep ? p * *shared.keep : p) - step;
  }
};

/// Adam whose weight decay does not pass through the moments. Source: torch.optim.AdamW (Loshchilov and Hutter 2019).
struct AdamW {
  double lr = 1e-3, beta1 = 0.9, beta2 = 0.999, eps = 1e-8, weight_decay = 1e-2;
  bool amsgrad = false, maximize = false;

  constexpr Adam::Shared begin(Updates& updates) const { return adam().begin(updates); }
  constexpr Value update(Updates& updates, const Adam::Shared& shared, const Value& p, const Value& g) const {
    return adam().update(updates, shared, p, g);
  }

 private:
  constexpr Adam adam() const { return {lr, beta1, beta2, eps, weight_decay, amsgrad, maximize, true}; }
};

/// Steps scaled by a running average of squared gradients. Source: torch.optim.RMSprop (Hinton, lecture 6e; `centered`:
/// Graves 2013).
struct RMSprop {
  double lr = 1e-2, alpha = 0.99, eps = 1e-8, weight_decay = 0, momentum = 0;
  bool centered = false, maximize = false;

  struct Shared {
    Value lr;
    std::optional<Value> momentum;
  };
  constexpr Shared begin(Updates& updates) const {
    Shared shared{updates.argument("lr", lr), {}};
    if (momentum != 0) shared.momentum = updates.argument("momentum", momentum);
    return shared;
  }
  constexpr Value update(Updates& updates, const Shared& shared, const Value& p, Value g) const {
    if (maximize) g = -g;
    if (weight_decay != 0) g = g + weight_decay * p;
    Value square = alpha * updates.state("square_avg", p) + (1 - alpha) * (g * g), variance = square;
    updates.set_state("square_avg", square);
    if (centered) {
      Value last = updates.state("grad_avg", p), mean = last + (1 - alpha) * (g - last);
      updates.set_state("grad_avg", mean);
      variance = square - mean * mean;
    }
    Value step = g / (sqrt(variance) + eps);
    if (momentum != 0) {
      step = *shared.momentum * updates.state("momentum_buffer", p) + step;
      updates.set_state("momentum_buffer", step);
    }
    return p - shared.lr * step;
  }
};

/// Steps scaled by the sum of squared gradients. Source: torch.optim.Adagrad (Duchi et al. 2011).
struct Adagrad {
  double lr = 1e-2, lr_decay = 0, weight_decay = 0, initial_accumulator_value = 0, eps = 1e-10;
  bool maximize = false;

  struct Shared {
    Value lr;
  };
  constexpr Shared begin(Updates& updates) const {
    Value rate = updates.argument("lr", lr);
    if (lr_decay == 0) return {rate};
    return {cast(cast(rate, DType::f64) / (1.0 + (updates.step() - 1.0) * lr_decay), DType::f32)};
  }
  constexpr Value update(Updates& updates, const Shared& shared, const Value& p, Value g) const {
    if (maximize) g = -g;
    if (weight_decay != 0) g = g + weight_decay * p;
    Value squares = updates.state("sum", p, initial_accumulator_value) + g * g;
    updates.set_state("sum", squares);
    return p - shared.lr * (g / (sqrt(squares) + eps));
  }
};

/// Steps scaled by running averages of squared gradients and squared steps. Source: torch.optim.Adadelta (Zeiler 2012).
struct Adadelta {
  double lr = 1.0, rho = 0.9, eps = 1e-6, weight_decay = 0;
  bool maximize = false;

  struct Shared {
    Value lr;
  };
  constexpr Shared begin(Updates& updates) const { return {updates.argument("lr", lr)}; }
  constexpr Value update(Updates& updates, const Shared& shared, const Value& p, Value g) const {
    if (maximize) g = -g;
    if (weight_decay != 0) g = g + weight_decay * p;
    Value last_square = updates.state("square_avg", p), last_delta = updates.state("acc_delta", p);
    Value square = rho * last_square + (1 - rho) * (g * g);
    Value delta = sqrt(last_delta + eps) / sqrt(square + eps) * g;
    updates.set_state("square_avg", square);
    updates.set_state("acc_delta", rho * last_delta + (1 - rho) * (delta * delta));
    return p - shared.lr * delta;
  }
};

}  // namespace stator
