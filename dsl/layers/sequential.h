// Layers in a row, named by their numbers.
#pragma once

#include "dsl/layers/activation.h"
#include "dsl/model.h"

namespace stator {

namespace detail {
template <class... L> struct LayerList {
  static constexpr void for_each(auto&, auto&&, std::size_t) {}
  template <class X> constexpr const X& operator()(const X& x) const { return x; }
};
template <class First, class... Rest> struct LayerList<First, Rest...> {
  First first;
  [[no_unique_address]] LayerList<Rest...> rest;

  static constexpr void for_each(auto& self, auto&& f, std::size_t number) {
    f(self.first, number);
    LayerList<Rest...>::for_each(self.rest, f, number + 1);
  }
  template <class X> constexpr auto operator()(const X& x) const { return rest(first(x)); }
};
}  // namespace detail

/// Each layer takes what the one before it gives. Layers are named by their numbers: `features.0.weight`.
/// Source: torch.nn.Sequential.
///
///     st::Sequential<st::Linear<784, 128>, st::ReLU, st::Linear<128, 10>> classifier;
template <class... L> struct Sequential {
  detail::LayerList<L...> layers;

  template <Operand X> constexpr auto operator()(const X& x) const { return layers(x); }

  /// Calls `f(layer, number)` for each layer of `self`.
  static constexpr void for_each_layer(auto& self, auto&& f) { detail::LayerList<L...>::for_each(self.layers, f, 0); }
};

/// Source: torch.nn.Flatten.
template <int First = 1, int Last = -1> struct Flatten {
  template <Operand X> constexpr auto operator()(const X& x) const { return flatten<First, Last>(x); }
};

/// Gives what it is given. Source: torch.nn.Identity.
struct Identity {
  template <Operand X> constexpr X operator()(const X& x) const { return x; }
};

}  // namespace stator
