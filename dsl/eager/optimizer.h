// Optimizers at once: the update rules of compiled programs, as flat code for each rule and a function of what is left.
#pragma once

#include <map>

#include "dsl/eager/module.h"
#include "dsl/program.h"
#include "runtime/session.h"

namespace stator {

namespace eager {

struct PartInput;

/// Compiled updates of a module's parameters, with the state that they need. Which one runs depends on the parameters
/// that have gradients.
class UpdateRunner {
 public:
  explicit UpdateRunner(Leaves& leaves);
  ~UpdateRunner();

  /// Which parameters have gradients, in the order of the module's leaves.
  std::vector<char> have_gradients() const;
  bool is_known(const std::vector<char>& given) const { return known_.contains(given); }
  /// The update where these have gradients: a function of them, in their order, each as its parameter lies.
  void add(const std::vector<char>& given, const ProgramGraph& program);
  /// Runs one; gives its results.
  std::vector<NdArray> run(const std::vector<char>& given, const CallOptions& options);

  Leaves& state() { return state_; }

 private:
  struct Compiled;

  std::vector<int> values_of(const std::vector<int>& slots, const ProgramGraph& program);
  std::vector<std::byte*> slots_to_write(const std::vector<int>& values) const;
  std::vector<std::byte*> inputs_of(const Compiled& update, const std::vector<PartInput>& inputs,
                                    std::vector<int64_t>& scalars);
  std::vector<int64_t> run_sums(const Compiled& update);
  std::vector<NdArray> run_rest(Compiled& update, const CallOptions& options);

  Leaves& leaves_;
  Leaves state_;  // the optimizer's own
  std::map<std::vector<char>, std::unique_ptr<Compiled>> known_;
};

/// A gradient that lies as the parameter's storage does, in the order of the parameter's axes.
Value gradient_input(Trace& trace, const TensorSpec& parameter);

}  // namespace eager

/// Updates a module's parameters by their gradients; made by `optimizer`.
template <class M, UpdateRule O, class... Options> class EagerOptimizer {
 public:
  EagerOptimizer(Module<M>& module, O rule, Options... options)
      : module_(module), updates_(module.leaves()), rule_(rule), options_{options...} {}

  /// One step on every parameter that has a gradient; the same arithmetic as a compiled program's. Gives what the
  /// options give (`clip_grad_norm`: the norm). Random draws of what follows are those of the next step.
  /// Errors: UserError where no parameter has a gradient, and for an argument that the rule does not take.
  std::vector<NdArray> step(const CallOptions& options = {}) {
    const std::vector<char> given = updates_.have_gradients();
    if (!updates_.is_known(given)) updates_.add(given, traced(given));
    return updates_.run(given, options);
  }
  void zero_grad() { module_.zero_grad(); }

  /// Takes the rule's state from a state of a compiled program, by name; the other way round.
  void load(const State& state) { updates_.state().load(state); }
  void store(State& state) { updates_.state().store(state); }

 private:
  ProgramGraph traced(const std::vector<char>& given) const {
    ProgramGraph program;
    Function function;
    function.name = Name("update");
    {
      Trace trace(program, function, true);
      M bound{};
      detail::bind(bound, trace);
      Gradients all;
      std::size_t index = 0;
      detail::for_each_leaf(bound, Name(), [&](auto& leaf, std::string_view) {
        using Leaf = std::remove_cvref_t<decltype(leaf)>;
        if constexpr (detail::is_stored<Leaf>) {
          if (!given[index++]) return;
          if constexpr (detail::is_parameter<Leaf>)
            all.push_back({trace.slot_of(leaf.id), Value(leaf), eager::gradient_input(trace, Leaf::tensor::spec)});
        }
      });
      hana::unpack(options_, [&](const auto&... option) { (apply(option, all, trace), ...); });
      update(all, rule_);
    }
    program.functions.push_back(std::move(function));
    return program;
  }
  template <class Option> static void apply(const Option& option, Gradients& all, Trace& trace) {
    hana::unpack(detail::apply_option(all, option), [&](const auto&... made) { (trace.result(made.id), ...); });
  }

  Module<M>& module_;
  eager::UpdateRunner updates_;
  O rule_;
  hana::tuple<Options...> options_;
};

/// An optimizer of all parameters of `module`; options are those of `train_step`.
///     auto optimizer = st::optimizer(net, st::AdamW{.lr = 1e-3}, st::clip_grad_norm(1.0));
template <class M, UpdateRule O, class... Options>
EagerOptimizer<M, O, Options...> optimizer(Module<M>& module, O rule, Options... options) {
  return EagerOptimizer<M, O, Options...>(module, rule, options...);
}

}  // namespace stator
