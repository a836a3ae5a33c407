// Optimizers: update rules written as expressions of the graph, with PyTorch's names, defaults and semantics.
#pragma once

#include "dsl/value.h"

namespace stator {

/// What an update rule sees: the trace, and state that belongs to one parameter or to the optimizer as a whole.
class Updates {
 public:
  constexpr Updates(Trace& trace, double lr) : trace_(trace), default_lr_(lr) {}

  /// The learning rate: an argument of every call; a call that gives none uses the optimizer's own.
  constexpr Value lr() { return {{&trace_, trace_.argument("lr", DType::f32, default_lr_)}, {DType::f32, {}}}; }

  /// Takes up the parameter that the following calls speak of.
  constexpr void begin_parameter(const Name& name) { parameter_ = name; }

  /// State named `key` of the present parameter, zero at first, of the shape of `like`. PyTorch's key in
  /// optimizer.state.
  constexpr Value state(std::string_view key, const Value& like) {
    int slot = trace_.make_slot(name_of(key), like.spec, Slot::Role::optimizer, {});
    return {{&trace_, trace_.slot(slot)}, like.spec};
  }
  constexpr void set_state(std::string_view key, const Value& value) {
    trace_.update(trace_.make_slot(name_of(key), value.spec, Slot::Role::optimizer, {}), value.id);
  }

  /// base^t at step t, from 1: a product kept in f64, so that it needs no power function and loses nothing.
  constexpr Value power(std::string_view key, double base) {
    TensorSpec scalar{DType::f64, {}};
    int slot = trace_.make_slot(prefixed(key), scalar, Slot::Role::optimizer, {Init::Kind::constant, 1, 0});
    Value next = Value{{&trace_, trace_.slot(slot)}, scalar} * base;
    trace_.update(slot, next.id);
    return next;
  }

  constexpr Trace& trace() { return trace_; }

 private:
  constexpr Name name_of(std::string_view key) const {
    Name name = prefixed(key);
    name += ".";
    name += parameter_;
    return name;
  }
  static constexpr Name prefixed(std::string_view key) {
    Name name = "optimizer.";
    name += key;
    return name;
  }

  Trace& trace_;
  double default_lr_;
  Name parameter_;
};

/// An optimizer gives `lr`, `begin` (what all parameters share in one step) and `update` (a parameter's next value).
template <class O> concept Optimizer = requires(const O& optimizer, Updates& updates, const Value& value) {
  optimizer.lr;
  optimizer.update(updates, optimizer.begin(updates), value, value);
};

/// Stochastic gradient descent. Source: torch.optim.SGD.
struct SGD {
  double lr = 1e-3, momentum = 0, dampening = 0, weight_decay = 0;
  bool nesterov = false;

  struct Shared {
    Value lr, first;
  };
  constexpr Shared begin(Updates& updates) const {
    Value step{{&updates.trace(), updates.trace().slot(updates.trace().step_slot())}, {DType::i64, {}}};
    return {updates.lr(), equal(step, 0.0)};
  }
  constexpr Value update(Updates& updates, const Shared& shared, const Value& p, Value g) const {
    if (weight_decay != 0) g = g + weight_decay * p;
    if (momentum != 0) {
      Value last = updates.state("momentum_buffer", p);
      Value buffer =
          momentum * last + (dampening == 0 ? g : g * (1 - dampening * (1 - cast(shared.first, DType::f32))));
      updates.set_state("momentum_buffer", buffer);
      g = nesterov ? g + momentum * buffer : buffer;
    }
    return p - shared.lr * g;
  }
};

/// Adaptive moments. Source: torch.optim.Adam (Kingma and Ba 2015, algorithm 1).
struct Adam {
  double lr = 1e-3, beta1 = 0.9, beta2 = 0.999, eps = 1e-8, weight_decay = 0;

  struct Shared {
    Value step_size, root_of_correction;
  };
  constexpr Shared begin(Updates& updates) const {
    Value correction1 = 1.0 - updates.power("beta1_power", beta1),
          correction2 = 1.0 - updates.power("beta2_power", beta2);
    Value step_size = cast(cast(updates.lr(), DType::f64) / correction1, DType::f32);
    return {step_size, cast(sqrt(correction2), DType::f32)};
  }
  constexpr Value update(Updates& updates, const Shared& shared, const Value& p, Value g) const {
    if (weight_decay != 0) g = g + weight_decay * p;
    Value last_mean = updates.state("exp_avg", p), last_square = updates.state("exp_avg_sq", p);
    Value mean = last_mean + (1 - beta1) * (g - last_mean);
    Value square = beta2 * last_square + (1 - beta2) * (g * g);
    updates.set_state("exp_avg", mean);
    updates.set_state("exp_avg_sq", square);
    return p - shared.step_size * (mean / (sqrt(square) / shared.root_of_correction + eps));
  }
};

/// Steps scaled by running averages of squared gradients and squared steps. Source: torch.optim.Adadelta (Zeiler 2012).
struct Adadelta {
  double lr = 1.0, rho = 0.9, eps = 1e-6, weight_decay = 0;

  struct Shared {
    Value lr;
  };
  constexpr Shared begin(Updates& updates) const { return {updates.lr()}; }
  constexpr Value update(Updates& updates, const Shared& shared, const Value& p, Value g) const {
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
