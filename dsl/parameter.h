// Leaves of a model: parameters, buffers, and the sites of random draws.
#pragma once

#include <type_traits>

#include "compiler/interface/operand.h"

namespace stator {

/// A learned tensor. Its identity is its path in the model; bound to a trace, it is an expression of that trace.
///
///     st::Parameter<st::f32, 10, 784> weight = st::uniform(-0.1, 0.1);
template <class D, auto... E> class Parameter : public Handle {
 public:
  using tensor = Tensor<D, E...>;
  static constexpr is what = is::anything;
  static_assert(element_count(tensor::spec.extents).is_number(), "a parameter's extents are numbers");

  constexpr Parameter() = default;
  constexpr Parameter(Init start) : init(start) {}

  /// The gradients that `backward` has gathered here. Source: torch.Tensor.grad.
  Expr<tensor> grad() const { return {{context, context->grad(id)}}; }

  Init init;
};

/// A tensor of the state that is not learned: running statistics, counters. In the state dict, as parameters are.
///
///     st::Buffer<st::f32, 64> running_mean;
template <class D, auto... E> class Buffer {
 public:
  using tensor = Tensor<D, E...>;
  static_assert(element_count(tensor::spec.extents).is_number(), "a buffer's extents are numbers");

  constexpr Buffer() = default;
  constexpr Buffer(Init start) : init(start) {}

  /// What the buffer holds: what this function assigned to it last, or what it held before.
  constexpr Expr<tensor> value() const { return {{context, context->read(id)}}; }

  Context* context = nullptr;
  int id = -1;
  Init init;
};

/// How a parameter starts: every element `value`; draws from [low, high); draws of that mean and deviation.
constexpr Init fill(double value) { return {Init::Kind::constant, value, 0}; }
constexpr Init uniform(double low, double high) { return {Init::Kind::uniform, low, high}; }
constexpr Init normal(double mean, double deviation) { return {Init::Kind::normal, mean, deviation}; }

/// What stands in a layer for a parameter, a buffer or a layer that is switched off.
struct Absent {
  constexpr Absent() = default;
  constexpr Absent(const Init&) {}  // how it would start
};
/// A layer's member that is there, or not: `[[no_unique_address]] if_there<Bias, Parameter<f32, Out>> bias = fill(0);`
template <bool There, class Member> using if_there = std::conditional_t<There, Member, Absent>;

namespace detail {
template <class T> inline constexpr bool is_parameter = false;
template <class D, auto... E> inline constexpr bool is_parameter<Parameter<D, E...>> = true;
template <class T> inline constexpr bool is_buffer = false;
template <class D, auto... E> inline constexpr bool is_buffer<Buffer<D, E...>> = true;
/// What has a slot in the state.
template <class T> inline constexpr bool is_stored = is_parameter<T> || is_buffer<T>;
}  // namespace detail

/// After this function, `leaf` (a parameter or a buffer) holds `value`. In the same function a parameter keeps its
/// value from before, which gradients are of, and `Buffer::value` gives the new one. Source: an in-place update under
/// torch.no_grad().
template <class L, Operand X> requires(detail::is_stored<L> && L::tensor::spec == spec_of<X>)
constexpr void assign(const L& leaf, const X& value) {
  leaf.context->assign(leaf.id, value.id);
}
template <class L, Operand X> requires(detail::is_stored<L> && L::tensor::spec != spec_of<X>)
ShapeError<"assign: the value is not of the type of what it is assigned to", typename L::tensor::shape, shape_of<X>>
assign(const L& leaf, const X& value);

/// Where a layer draws random numbers: bound, it knows its path, so each layer and each call has draws of its own.
struct RandomSite {
  Context* context = nullptr;
  long site = 0;
};

namespace detail {
/// FNV-1a over a path: the same on every machine and at compile time. Source: Fowler, Noll, Vo.
constexpr long hash_of(std::string_view path) {
  unsigned hash = 2166136261u;
  for (char c : path) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  return static_cast<long>(hash);
}
/// The square root, to the last bit, of a positive number; usable in constant expressions. Source: Newton's method.
constexpr double square_root(double x) {
  double root = x < 1 ? 1 : x;
  for (double last = 0; root != last;) {
    last = root;
    root = 0.5 * (root + x / root);
    if (root >= last) return last;
  }
  return root;
}
}  // namespace detail

}  // namespace stator
