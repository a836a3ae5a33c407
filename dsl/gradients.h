// The gradients of a model's parameters: frozen ones left out, clipped where asked, before an optimizer takes them.
#pragma once

#include <limits>

#include "dsl/model.h"
#include "dsl/value.h"

namespace stator {

/// A parameter's slot, its present value, and the gradient that an optimizer is to use.
struct ParameterGradient {
  int slot;
  Value parameter, gradient;
};
using Gradients = std::vector<ParameterGradient>;

namespace detail {
/// The trace that records `x`. Errors: UserError where values are computed at once.
template <class X> constexpr Trace& trace_of(const X& x) {
  if (!std::is_constant_evaluated() && x.context->counts)
    throw UserError("update: it is for recorded functions: what is computed at once is updated by st::optimizer");
  return static_cast<Trace&>(*x.context);
}

/// For each node up to `result`, whether its value enters that of `result`.
constexpr std::vector<char> entering(const Graph& graph, int result) {
  std::vector<char> enters;
  for (int i = 0; i <= result; ++i) enters.push_back(i == result);
  for (int i = result; i >= 0; --i)
    for (int k = 0; enters[i] && k < graph.nodes[i].operand_count; ++k) enters[graph.operand(graph.nodes[i], k)] = true;
  return enters;
}

/// Appends the gradient of `loss` for a parameter, unless it is frozen.
[[gnu::noinline]] constexpr void add_gradient(Gradients& all, const Trace& trace, const std::vector<char>& enters,
                                              const Value& loss, const Value& parameter) {
  const int slot = trace.slot_of(parameter.id);
  if (trace.is_frozen(slot)) return;
  if (parameter.id > loss.id || !enters[parameter.id])
    throw UserError("update: the loss never reaches a parameter of the model");
  all.push_back({slot, parameter, gradient(loss, parameter)});
}
}  // namespace detail

/// Leaves a part of the model (a layer, a parameter, the whole) as it is: in this function no optimizer updates it or
/// keeps state for it, and its backward code falls away. Where in the function it stands does not matter, as long as it
/// is before the update. Source: requires_grad_(False).
///
///     st::train_step<Image, Digit>([](const auto& net, auto x, auto y) {
///       st::freeze(net.features);
///       return cross_entropy(net(x), y);
///     }, st::Adam{})
template <class Part> constexpr void freeze(const Part& part) {
  detail::for_each_leaf(part, Name(), [](const auto& leaf, std::string_view) {
    if constexpr (detail::is_parameter<std::remove_cvref_t<decltype(leaf)>>) {
      Trace& trace = detail::trace_of(leaf);
      trace.freeze(trace.slot_of(leaf.id));
    }
  });
}

/// The gradient of `loss` for every parameter of `model` (the whole net, or a part of it) that is not frozen.
/// Errors: UserError (a compile error in a constant) for a parameter that the loss never reaches, and where all are
/// frozen.
template <class M, Operand L> constexpr Gradients gradients(const M& model, const L& loss) {
  static_assert(L::tensor::spec.rank() == 0, "gradients: the loss is not a scalar");
  Trace& trace = detail::trace_of(loss);
  const std::vector<char> enters = detail::entering(trace.graph(), loss.id);
  Gradients all;
  detail::for_each_leaf(model, Name(), [&](const auto& leaf, std::string_view) {
    if constexpr (detail::is_parameter<std::remove_cvref_t<decltype(leaf)>>)
      detail::add_gradient(all, trace, enters, loss, {leaf, std::remove_cvref_t<decltype(leaf)>::tensor::spec});
  });
  if (all.empty()) throw UserError("update: every parameter that the optimizer is given is frozen");
  return all;
}

/// How gradients are bounded together; made by `clip_grad_norm(max_norm)`.
struct ClipGradNorm {
  double max_norm;
  double norm_type = 2;  ///< p of the p-norm; infinity for the greatest element
};

namespace detail {
/// The sum of |g|^p, or the greatest |g|.
constexpr Value power_sum(const Value& g, double p) {
  if (p == std::numeric_limits<double>::infinity()) return greatest(abs(g));
  if (p == 1) return total(abs(g));
  return total(p == 2 ? square(g) : pow(abs(g), p));
}
constexpr Value total_norm(const Gradients& all, double p) {
  const bool of_greatest = p == std::numeric_limits<double>::infinity();
  Value norm = power_sum(all.front().gradient, p);
  for (std::size_t i = 1; i < all.size(); ++i) {
    Value next = power_sum(all[i].gradient, p);
    norm = of_greatest ? maximum(norm, next) : norm + next;
  }
  if (of_greatest || p == 1) return norm;
  return p == 2 ? sqrt(norm) : pow(norm, 1 / p);
}
}  // namespace detail

/// Scales all gradients so that their norm, taken together, is at most `max_norm`. Gives the norm as it was, f32.
/// Source: torch.nn.utils.clip_grad_norm_ (the coefficient is max_norm / (norm + 1e-6), at most 1).
constexpr Expr<type::Tensor<f32>> clip_grad_norm(Gradients& gradients, double max_norm, double norm_type = 2) {
  Value norm = cast(detail::total_norm(gradients, norm_type), DType::f32);
  Value coefficient = minimum(max_norm / (norm + 1e-6), 1.0);
  for (ParameterGradient& each : gradients) each.gradient = each.gradient * cast(coefficient, each.gradient.spec.dtype);
  return {norm};
}

/// The same as an option of `train_step`, whose second result the norm then is.
constexpr ClipGradNorm clip_grad_norm(double max_norm, double norm_type = 2) { return {max_norm, norm_type}; }

/// How each element of a gradient is bounded; made by `clip_grad_value(limit)`.
struct ClipGradValue {
  double limit;
};

/// Bounds each element of the gradients to [-limit, limit]. Source: torch.nn.utils.clip_grad_value_.
constexpr void clip_grad_value(Gradients& gradients, double limit) {
  for (ParameterGradient& each : gradients) each.gradient = minimum(maximum(each.gradient, -limit), limit);
}

/// The same as an option of `train_step`.
constexpr ClipGradValue clip_grad_value(double limit) { return {limit}; }

}  // namespace stator
