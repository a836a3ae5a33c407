// A model in an eager context: its parameters and buffers as tensors of their own.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "dsl/eager/context.h"
#include "dsl/model.h"
#include "runtime/state.h"

namespace stator {

namespace eager {

/// Tensors of a context by their names in a state: a module's parameters and buffers, an optimizer's moments.
class Leaves {
 public:
  explicit Leaves(Eager& context) : context_(&context) {}
  ~Leaves();
  Leaves(const Leaves&) = delete;
  Leaves& operator=(const Leaves&) = delete;

  /// A tensor for `slot`; its elements are not set until `init` or `start`.
  int add(const Slot& slot);
  /// The value of the slot of that name, or -1.
  int find(std::string_view name) const;

  /// Starts every tensor as its slot says, as `State::init` does.
  void init(uint64_t seed);
  /// Starts the last tensor, whose slot starts with a constant.
  void start_last();
  /// Copies those slots of a state that have a tensor's name. Errors: UserError for other dtypes or extents.
  void load(const State& state);
  void store(State& state) const;
  void clear_grads();

  const std::vector<Slot>& slots() const { return slots_; }
  int id(size_t index) const { return ids_[index]; }
  Eager& context() const { return *context_; }

 private:
  void set(size_t index, const NdArray& value);

  Eager* context_;
  std::vector<Slot> slots_;
  std::vector<int> ids_;
};

}  // namespace eager

/// A model whose leaves are tensors of a context. Parameters start as `init` starts those of a program, from the
/// context's seed.
///     st::Module<Mlp> net(eager);
template <class M> class Module {
 public:
  using model = M;

  explicit Module(Eager& context) : leaves_(context) {
    detail::for_each_leaf(model_, Name(), [&](auto& leaf, std::string_view path) {
      using Leaf = std::remove_cvref_t<decltype(leaf)>;
      leaf.context = &context;
      constexpr auto role = detail::is_parameter<Leaf> ? Slot::Role::parameter : Slot::Role::buffer;
      if constexpr (detail::is_stored<Leaf>) leaf.id = leaves_.add({Name(path), Leaf::tensor::spec, role, leaf.init});
      else leaf.site = detail::hash_of(path);
    });
    leaves_.init(context.seed());
  }

  template <class... X> auto operator()(const X&... x) const { return model_(x...); }
  /// The model, for its members: `net->fc1.weight.grad()`.
  const M* operator->() const { return &model_; }
  const M& operator*() const { return model_; }

  /// Lets go of all gradients. Source: torch.nn.Module.zero_grad.
  void zero_grad() { leaves_.clear_grads(); }
  /// Takes parameters and buffers from a state of a compiled program, by name; the other way round.
  /// Errors: UserError for other dtypes or extents.
  void load(const State& state) { leaves_.load(state); }
  void store(State& state) const { leaves_.store(state); }

  Eager& context() const { return leaves_.context(); }
  eager::Leaves& leaves() { return leaves_; }

 private:
  M model_{};
  eager::Leaves leaves_;
};

}  // namespace stator
