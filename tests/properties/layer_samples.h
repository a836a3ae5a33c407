// Layers with their gradients, for tests of factors of bf16.
#pragma once

#include "dsl/layers/convolution.h"
#include "dsl/layers/linear.h"
#include "tests/ops/row.h"
#include "tests/properties/sample.h"

namespace stator::tests {

/// What `body` makes of a layer and inputs, and its gradients, with so many rows.
template <class M, TensorLike... In, class Body> Sample layer_sample(const std::string& name, long rows, Body body) {
  std::vector<std::string> leaves;
  return sample_of(traced_layer<M, In...>(name, leaves, {}, body), rows);
}

/// Two convolutions of 3 x 3 over three channels, the first with padding, the second of stride 2, and a linear layer.
template <long Between, long Features> struct TwoConvolutions {
  Conv2d<3, Between, 3, conv{.padding = 1}> first;
  Conv2d<Between, 20, 3, conv{.stride = 2}> second;
  Linear<Features, 7> head;
  constexpr auto operator()(auto image) const { return head(flatten(relu(second(relu(first(image)))))); }
};

inline constexpr auto forward = [](const auto& net, auto x) { return net(x); };
inline constexpr auto squared_output = [](const auto& net, auto x) {
  auto y = net(x).output;
  return y * y;
};

}  // namespace stator::tests
