// Recording a function into a graph, at compile time or at run time.
#pragma once

#include "dsl/parameter.h"
#include "runtime/error.h"

namespace stator {

/// Records every operation as a node of a function's graph.
class Trace final : public Context {
 public:
  /// What a trace is for. A program that becomes a constant is traced to find its mistakes alone: the update rule of
  /// one parameter then stands for those of all, since compilers take long to evaluate constants.
  enum class Purpose : unsigned char { compile, check };

  /// `program` receives the slots that this trace makes (step counter, optimizer state).
  constexpr Trace(ProgramGraph& program, Function& function, bool training, Purpose purpose = Purpose::compile)
      : program_(program), function_(function), training_(training), purpose_(purpose) {
    for (long i = 0; i < buckets; ++i) first_in_bucket_.push_back(-1);
    for (const Slot& slot : program_.slots) remember(detail::hash_of(slot.name));
  }

  constexpr int apply(const Operation& operation) override { return function_.graph.add(operation); }
  constexpr bool training() const override { return training_; }
  constexpr Purpose purpose() const { return purpose_; }

  /// A checkpoint inside another is part of it.
  constexpr void begin_checkpoint() override {
    if (open_checkpoints_++ == 0) first_of_checkpoint_ = static_cast<int>(function_.graph.nodes.size());
  }
  constexpr void end_checkpoint() override {
    if (--open_checkpoints_ == 0)
      function_.graph.checkpoints.push_back({first_of_checkpoint_, static_cast<int>(function_.graph.nodes.size())});
  }

  constexpr Draw draw(long site) override {
    long occurrence = 0;
    for (long drawn : draws_) occurrence += drawn == site;
    draws_.push_back(site);
    return {argument("seed", DType::i64, 0), slot(step_slot()), occurrence};
  }

  constexpr void assign(int leaf, int value) override { update(slot_of(leaf), value); }
  constexpr int read(int leaf) const override {
    const int slot = slot_of(leaf);
    return is_updated(slot) ? function_.graph.updates[slot_updates_[slot]].value : leaf;
  }

  /// The tensor input of the next position.
  constexpr int input(const TensorSpec& spec) {
    Attribute index = Attribute::of("index", static_cast<long>(function_.inputs.size()));
    function_.inputs.push_back(spec);
    return apply({"input", nullptr, 0, &index, 1, spec});
  }

  /// The present value of a state slot.
  constexpr int slot(int index) {
    while (static_cast<int>(slot_nodes_.size()) <= index) slot_nodes_.push_back(-1);
    if (slot_nodes_[index] < 0) {
      Attribute attribute = Attribute::of("index", static_cast<long>(index));
      slot_nodes_[index] = apply({"slot", nullptr, 0, &attribute, 1, program_.slots[index].spec});
    }
    return slot_nodes_[index];
  }

  /// The slot of that name, made if it is new.
  constexpr int make_slot(std::string_view name, const TensorSpec& spec, Slot::Role role, Init init) {
    long hash = detail::hash_of(name);
    for (int i = first_in_bucket_[hash % buckets]; i >= 0; i = next_in_bucket_[i])
      if (slot_hashes_[i] == hash && program_.slots[i].name == name) return i;
    remember(hash);
    program_.slots.push_back({Name(name), spec, role, init});
    return static_cast<int>(program_.slots.size()) - 1;
  }

  /// The counter of finished training steps, i64.
  constexpr int step_slot() { return make_slot("step", {DType::i64, {}}, Slot::Role::buffer, {}); }

  /// A scalar that each call gives by name, or leaves at `default_value`.
  /// Errors: UserError where the same name has another default already.
  constexpr int argument(std::string_view name, DType dtype, double default_value) {
    for (std::size_t i = 0; i < argument_nodes_.size(); ++i) {
      if (function_.arguments[i] != name) continue;
      if (function_.defaults[i] != default_value)
        throw UserError(
            "update: two optimizers of one function differ in the default of an argument: name the second, "
            "update<\"head\">(...)");
      return argument_nodes_[i];
    }
    Attribute index = Attribute::of("index", static_cast<long>(argument_nodes_.size()));
    function_.arguments.push_back(Name(name));
    function_.defaults.push_back(default_value);
    argument_nodes_.push_back(apply({"argument", nullptr, 0, &index, 1, {dtype, {}}}));
    return argument_nodes_.back();
  }

  /// Marks a slot as one that optimizers leave alone.
  constexpr void freeze(int slot) {
    while (static_cast<int>(frozen_.size()) <= slot) frozen_.push_back(false);
    frozen_[slot] = true;
  }
  constexpr bool is_frozen(int slot) const { return slot < static_cast<int>(frozen_.size()) && frozen_[slot]; }

  /// The slot that a node reads, or -1.
  constexpr int slot_of(int id) const {
    const Node& node = function_.graph.nodes[id];
    return node.op == "slot" ? static_cast<int>(function_.graph.attributes[node.first_attribute].integers[0]) : -1;
  }

  /// After the call, slot `slot` holds value `id`. A later update of the same slot replaces an earlier one.
  constexpr void update(int slot, int id) {
    if (is_updated(slot)) return void(function_.graph.updates[slot_updates_[slot]].value = id);
    while (static_cast<int>(slot_updates_.size()) <= slot) slot_updates_.push_back(-1);
    slot_updates_[slot] = static_cast<int>(function_.graph.updates.size());
    function_.graph.updates.push_back({slot, id});
  }

  constexpr void result(int id) { function_.graph.results.push_back(id); }
  constexpr const Graph& graph() const { return function_.graph; }
  constexpr const TensorSpec& spec(int id) const { return function_.graph.nodes[id].spec; }
  constexpr const Slot& slot_facts(int index) const { return program_.slots[index]; }

 private:
  static constexpr long buckets = 1024;

  /// Takes up the hash of the next slot's name.
  constexpr void remember(long hash) {
    next_in_bucket_.push_back(first_in_bucket_[hash % buckets]);
    first_in_bucket_[hash % buckets] = static_cast<int>(slot_hashes_.size());
    slot_hashes_.push_back(hash);
  }
  constexpr bool is_updated(int slot) const {
    return slot < static_cast<int>(slot_updates_.size()) && slot_updates_[slot] >= 0;
  }

  ProgramGraph& program_;
  Function& function_;
  std::vector<long> draws_;
  // What keeps a large model's trace linear: compilers bound the steps of a constant evaluation.
  std::vector<long> slot_hashes_;                      // of each slot's name
  std::vector<int> first_in_bucket_, next_in_bucket_;  // slots whose names' hashes are equal modulo `buckets`, or -1
  std::vector<int> slot_nodes_;                        // the node that reads each slot, or -1
  std::vector<int> slot_updates_;                      // which update each slot has, or -1
  std::vector<int> argument_nodes_;
  std::vector<char> frozen_;  // of each slot
  int open_checkpoints_ = 0, first_of_checkpoint_ = 0;
  bool training_;
  Purpose purpose_;
};

}  // namespace stator
