// Eager computation: a context in which every op runs at once, on real tensors. Models run in it unchanged.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "compiler/interface/operand.h"
#include "dsl/value.h"
#include "runtime/ndarray.h"

namespace stator {

namespace eager {
class Machine;
}  // namespace eager

struct EagerOptions {
  uint64_t seed = 0;              ///< of random draws and of parameters
  int threads = 0;                ///< 0: one for each core
  std::string target = "native";  ///< as CompileOptions::target
  std::string cache = {};         ///< folder of the kernel cache, as CompileOptions::cache
};

/// What a context has used up so far.
struct EagerFigures {
  int64_t used_bytes = 0, peak_bytes = 0;  ///< of tensors that are alive; the most at once
  int64_t reserved_bytes = 0;              ///< taken from the system
  int64_t launches = 0, moved_bytes = 0;   ///< kernels that ran; what they read and wrote
  int64_t compiled = 0, from_cache = 0;    ///< kernels that were compiled, and that the disk had
  int64_t from_family = 0;                 ///< kernels of elementwise ops that were compiled with the library
  double compile_ms = 0, slowest_compile_ms = 0;
  int64_t values = 0;  ///< that have a handle
};

/// Runs each op at once through a small kernel of its own, compiled when it is first met and kept by op, dtype and
/// shape. Ops go on a tape; `loss.backward()` walks it back.
///
///     st::Eager eager;
///     st::Module<Mlp> net(eager);
///     auto optimizer = st::optimizer(net, st::Adam{.lr = 1e-3});
///     auto loss = cross_entropy(net(eager.tensor<Image>(images)), eager.tensor<Digit>(labels));
///     loss.backward();
///     optimizer.step();
///
/// Tensors have static types, whose symbols take the numbers that the data has; `Value`s have their shape at run time.
/// A value's memory goes with its last handle, unless the tape needs it. Handles must not outlive their context. One
/// thread at a time may use a context.
class Eager final : public Context {
 public:
  explicit Eager(const EagerOptions& options = {});
  ~Eager();
  Eager(const Eager&) = delete;
  Eager& operator=(const Eager&) = delete;

  /// `array` as a value of type `T`; its elements are shared where they are contiguous. `requires_grad`: gradients
  /// gather at it, too. Errors: UserError for another dtype or rank, extents that differ, symbols that disagree within
  /// the tensor, or labels outside their classes.
  template <TensorLike T> Expr<T> tensor(const NdArray& array, bool requires_grad = false) {
    return {{this, add(T::spec, array, requires_grad)}};
  }
  /// The same with the array's own shape, or of a spec. Ops on it are those of `Value`.
  Value value(const NdArray& array, bool requires_grad = false);
  Value value(const TensorSpec& spec, const NdArray& array, bool requires_grad = false) {
    return {{this, add(spec, array, requires_grad)}, spec};
  }

  /// A copy of a value's elements.
  NdArray array(const Handle& value);
  /// The one element of a value that has one.
  double item(const Handle& value) { return array(value).item(); }
  /// Whether a leaf has gathered gradients.
  bool has_grad(const Handle& leaf) const;
  /// Lets go of a leaf's gradients. Source: torch.optim.Optimizer.zero_grad, set_to_none.
  void clear_grad(const Handle& leaf);
  /// Walks back from a scalar and keeps the tape for another time. Source: backward(retain_graph=True).
  void backward_keeping_tape(const Handle& loss);

  /// Whether layers behave as in training from now on; they do at first. Source: torch.nn.Module.train.
  void train(bool on = true) { training_ = on; }
  void eval() { training_ = false; }

  /// While it lives, ops do not go on the tape. Source: torch.no_grad.
  class NoGrad {
   public:
    explicit NoGrad(Eager& context);
    ~NoGrad();
    NoGrad(const NoGrad&) = delete;
    NoGrad& operator=(const NoGrad&) = delete;

   private:
    Eager& context_;
    bool before_;
  };
  [[nodiscard]] NoGrad no_grad() { return NoGrad(*this); }

  /// Finished training steps, which random draws depend on: the draws of step `count` are those of a compiled one.
  void set_step(int64_t count);
  int64_t step() const { return step_; }

  EagerFigures figures() const;
  void reset_peak();

  int apply(const Operation& operation) override;
  bool training() const override { return training_; }
  Draw draw(long site) override;
  void assign(int leaf, int value) override;
  void retain(int id) override;
  void release(int id) override;
  void backward(int id) override;
  int grad(int id) override;

  /// For what is built on contexts: modules, optimizers.
  eager::Machine& machine() { return *machine_; }
  uint64_t seed() const { return seed_; }

 private:
  int add(const TensorSpec& spec, const NdArray& array, bool requires_grad);

  std::unique_ptr<eager::Machine> machine_;
  uint64_t seed_;
  bool training_ = true;
  int64_t step_ = 0;
  int seed_value_ = -1, step_value_ = -1;
  std::vector<long> draws_;  // the sites that were drawn from in this step
};

}  // namespace stator
