// A row of the tests of ops: an op, what is computed with it, at which types, and from which values.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

#include "dsl/model.h"
#include "tests/ops/graph_values.h"
#include "tests/ops/torch_cases.h"

namespace stator::tests {

/// Where an input's values are drawn from. Floats are spread over [low, high) so that no two are equal and none is 0:
/// no kink is near. Whole numbers, and floats of `whole`, are drawn from the whole numbers of the range, ties and all.
struct Domain {
  double low = -2, high = 2;
  bool whole = false;
};

/// One computation: a program of one function of the same name.
struct Variant {
  std::string name;
  ProgramGraph program;
  std::string torch_case = {};  // of tests/data/ops.safetensors, which gives its values; empty: values are drawn
  bool special = false;         // infinities, NaNs and both zeros are among its values; gradients are not asked for
  TorchNames torch_names = {};  // of the case's operands and results
};

namespace detail {
template <Operand X> void record_results(Trace& trace, const X& x) { trace.result(x.id); }
inline void record_results(Trace& trace, const Value& x) { trace.result(x.id); }
template <class... X> void record_results(Trace& trace, const std::tuple<X...>& several) {
  std::apply([&](const auto&... x) { (trace.result(x.id), ...); }, several);
}
}  // namespace detail

/// How a layer is called in a test.
struct Mode {
  bool training = true;
  double batches = 0;  ///< what its counters hold
};

/// A trace in which the leaves of a layer are inputs: what the layer assigns to one is what it reads from then on.
class LeafTrace final : public Context {
 public:
  LeafTrace(Trace& trace, double counted) : trace_(trace), counted_(counted) {}

  int apply(const Operation& operation) override { return trace_.apply(operation); }
  bool training() const override { return trace_.training(); }
  Draw draw(long site) override { return trace_.draw(site); }
  void assign(int leaf, int value) override { assigned_[leaf] = value; }
  int read(int leaf) const override { return assigned_.contains(leaf) ? assigned_.at(leaf) : leaf; }

  /// An input, or a constant for a counter. Adds the input's name to `inputs`.
  int leaf(const TensorSpec& spec, const Name& name, std::vector<std::string>& inputs) {
    if (!is_float(spec.dtype)) return stator::detail::literal(&trace_, counted_, spec).id;
    inputs.push_back(name.str());
    return trace_.input(spec);
  }

 private:
  Trace& trace_;
  double counted_;
  std::map<int, int> assigned_;
};

/// The program whose only function is `body` of a layer and of inputs of these types. The layer's parameters and
/// buffers are further inputs, whose names are added to `leaves`.
template <class M, TensorLike... In, class Body>
ProgramGraph traced_layer(const std::string& name, std::vector<std::string>& leaves, Mode mode, Body body) {
  ProgramGraph program;
  Function function;
  function.name = Name(name);
  {
    Trace trace(program, function, mode.training);
    LeafTrace leaf_trace(trace, mode.batches);
    std::tuple<Expr<In>...> inputs{Expr<In>{{&trace, trace.input(In::spec)}}...};
    M layer{};
    stator::detail::for_each_leaf(layer, Name(), [&](auto& leaf, const Name& path) {
      using Leaf = std::remove_cvref_t<decltype(leaf)>;
      leaf.context = &leaf_trace;
      if constexpr (stator::detail::is_stored<Leaf>) leaf.id = leaf_trace.leaf(Leaf::tensor::spec, path, leaves);
    });
    std::apply([&](const auto&... in) { detail::record_results(trace, body(layer, in...)); }, inputs);
  }
  program.functions.push_back(std::move(function));
  return program;
}

/// The program whose only function is `body` of inputs of these types.
template <TensorLike... In, class Body> ProgramGraph traced(const std::string& name, Body body) {
  ProgramGraph program;
  Function function;
  function.name = Name(name);
  {
    Trace trace(program, function, true);
    std::tuple<Expr<In>...> inputs{Expr<In>{{&trace, trace.input(In::spec)}}...};
    std::apply([&](const auto&... in) { detail::record_results(trace, body(in...)); }, inputs);
  }
  program.functions.push_back(std::move(function));
  return program;
}

using ValueBody = std::function<Value(const std::vector<Value>&)>;

/// The same for inputs whose types are known at run time alone.
ProgramGraph traced(const std::string& name, const std::vector<TensorSpec>& inputs, const ValueBody& body);

/// A tensor type's spec from numbers.
TensorSpec spec_of_extents(DType dtype, const std::vector<long>& extents);

class Row {
 public:
  /// `op`: its name in elementwise.def, in the dialect, or of the DSL function where it is composed of others.
  explicit Row(std::string op) : op_(std::move(op)) {}

  /// Of input i; the last one serves all further inputs.
  Row& domains(std::vector<Domain> domains) { return domains_ = std::move(domains), *this; }
  /// Of f32 results, relative to the greatest; of f64 ones it is 1e-6 times that.
  Row& tolerance(double tolerance) { return tolerance_ = tolerance, *this; }
  /// Ops that only the compiler makes, from this one.
  Row& covers(std::vector<std::string> ops) { return covers_ = std::move(ops), *this; }
  /// The op has no gradient, or one that is not its derivative.
  Row& without_gradient() { return differentiable_ = false, *this; }

  /// `body` of drawn values of these types.
  template <TensorLike... In, class Body> Row& at(Body body) {
    const std::string name = op_ + "." + std::to_string(variants_.size());
    return add({name, traced<In...>(name, body)});
  }
  Row& at(const std::vector<TensorSpec>& inputs, const ValueBody& body) {
    const std::string name = op_ + "." + std::to_string(variants_.size());
    return add({name, traced(name, inputs, body)});
  }
  /// `body` of values with infinities, NaNs and zeros among them.
  Row& special(const std::vector<TensorSpec>& inputs, const ValueBody& body) {
    const std::string name = op_ + ".special";
    return add({name, traced(name, inputs, body), {}, true});
  }
  template <TensorLike... In, class Body> Row& special(Body body) {
    const std::string name = op_ + ".special";
    return add({name, traced<In...>(name, body), {}, true});
  }
  /// `body` of the values of a reference case; results and gradients must be PyTorch's.
  template <TensorLike... In, class Body> Row& torch(const std::string& reference_case, Body body) {
    return add({reference_case, traced<In...>(reference_case, body), reference_case});
  }
  /// The same with operands and results of these names.
  template <TensorLike... In, class Body>
  Row& torch(const std::string& reference_case, const TorchNames& names, Body body) {
    return add({reference_case, traced<In...>(reference_case, body), reference_case, false, names});
  }
  /// `body` of layer `M` with the case's parameters and buffers, and of the operands that are named; all gradients must
  /// be PyTorch's.
  template <class M, TensorLike... In, class Body>
  Row& torch_layer(const std::string& reference_case, TorchNames names, Body body, Mode mode = {}) {
    ProgramGraph program = traced_layer<M, In...>(reference_case, names.operands, mode, body);
    return add({reference_case, std::move(program), reference_case, false, names});
  }
  /// `body` of layer `M` and of drawn values of these types; its parameters are drawn too.
  template <class M, TensorLike... In, class Body> Row& at_layer(Body body, Mode mode = {}) {
    const std::string name = op_ + "." + std::to_string(variants_.size());
    std::vector<std::string> leaves;
    return add({name, traced_layer<M, In...>(name, leaves, mode, body)});
  }
  /// The same for each of the named cases, with the types that the case has.
  Row& torch(const std::vector<std::string>& reference_cases, const ValueBody& body);

  const std::string& op() const { return op_; }
  const std::vector<std::string>& covered() const { return covers_; }
  const std::vector<Variant>& variants() const { return variants_; }
  Domain domain(size_t input) const { return domains_[std::min(input, domains_.size() - 1)]; }
  double tolerance() const { return tolerance_; }
  bool differentiable() const { return differentiable_; }

 private:
  Row& add(Variant variant) { return variants_.push_back(std::move(variant)), *this; }

  std::string op_;
  std::vector<Domain> domains_ = std::vector<Domain>(1);
  std::vector<std::string> covers_;
  std::vector<Variant> variants_;
  double tolerance_ = 1e-5;
  bool differentiable_ = true;
};

/// f32 of these extents: rows write many.
template <auto... E> using F = Tensor<f32, E...>;

}  // namespace stator::tests
