// What update rules stand on: arguments of the step, and state that belongs to a parameter or to its group.
#pragma once

#include "dsl/value.h"

namespace stator {

/// What an update rule sees of the trace. A group's arguments and shared state carry its name: `lr.head`,
/// `optimizer.step.head`.
class Updates {
 public:
  constexpr explicit Updates(Trace& trace, std::string_view group = {}) : trace_(trace), group_(group) {}

  /// A number that each call may give by name, and takes `default_value` where it does not: learning rates, momentum.
  /// Errors: UserError where another optimizer of this function has the name with another default.
  constexpr Value argument(std::string_view key, double default_value, DType dtype = DType::f32) {
    return {{&trace_, trace_.argument(in_group(Name(key)), dtype, default_value)}, {dtype, {}}};
  }

  /// Takes up the parameter that the following calls speak of.
  constexpr void begin_parameter(const Name& name) {
    parameter_ = name;
    known_.clear();
  }

  /// State named `key` of the present parameter, `start` at first, of the shape of `like`. PyTorch's key in
  /// optimizer.state.
  constexpr Value state(std::string_view key, const Value& like, double start = 0) {
    return {{&trace_, trace_.slot(slot_of(key, like.spec, start))}, like.spec};
  }
  constexpr void set_state(std::string_view key, const Value& value) {
    trace_.update(slot_of(key, value.spec, 0), value.id);
  }

  /// The number of this step, from 1, as f64. The group counts its own steps, as PyTorch's optimizers do.
  constexpr Value step() {
    TensorSpec scalar{DType::f64, {}};
    int slot = trace_.make_slot(in_group("optimizer.step"), scalar, Slot::Role::optimizer, {});
    Value next = Value{{&trace_, trace_.slot(slot)}, scalar} + 1.0;
    trace_.update(slot, next.id);
    return next;
  }

 private:
  constexpr Name in_group(Name name) const {
    if (group_.empty()) return name;
    name += ".";
    name += group_;
    return name;
  }
  struct KnownSlot {
    std::string_view key;
    int slot;
  };
  constexpr int slot_of(std::string_view key, const TensorSpec& spec, double start) {
    for (const KnownSlot& known : known_)
      if (known.key == key) return known.slot;
    const Init init{Init::Kind::constant, start, 0};
    known_.push_back({key, trace_.make_slot(name_of(key), spec, Slot::Role::optimizer, init)});
    return known_.back().slot;
  }
  constexpr Name name_of(std::string_view key) const {
    Name name = "optimizer.";
    name += key;
    name += ".";
    name += parameter_;
    return name;
  }

  Trace& trace_;
  std::string_view group_;
  Name parameter_;
  std::vector<KnownSlot> known_;  // of the present parameter, so that a name is made and looked up once
};

/// An optimizer gives `lr`, `begin` (what all parameters share in one step) and `update` (a parameter's next value).
template <class O> concept Optimizer = requires(const O& optimizer, Updates& updates, const Value& value) {
  optimizer.lr;
  optimizer.update(updates, optimizer.begin(updates), value, value);
};

}  // namespace stator
