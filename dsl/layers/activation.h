// Activations as layers, with PyTorch's names: for members and Sequential.
#pragma once

#include "dsl/ops/activation.h"
#include "dsl/ops/softmax.h"

namespace stator {

/// Source: torch.nn.ReLU.
struct ReLU {
  template <Operand X> constexpr auto operator()(const X& x) const { return relu(x); }
};

/// Source: torch.nn.LeakyReLU.
template <double NegativeSlope = 0.01> struct LeakyReLU {
  template <Operand X> constexpr auto operator()(const X& x) const { return leaky_relu(x, NegativeSlope); }
};

/// Source: torch.nn.ELU.
template <double Alpha = 1.0> struct ELU {
  template <Operand X> constexpr auto operator()(const X& x) const { return elu(x, Alpha); }
};

/// `GELU<>`, or `GELU<"tanh">` for the approximation. Source: torch.nn.GELU.
template <text Approximate = "none"> struct GELU {
  template <Operand X> constexpr auto operator()(const X& x) const { return gelu<Approximate>(x); }
};

/// Source: torch.nn.SiLU.
struct SiLU {
  template <Operand X> constexpr auto operator()(const X& x) const { return silu(x); }
};

/// Source: torch.nn.Tanh.
struct Tanh {
  template <Operand X> constexpr auto operator()(const X& x) const { return tanh(x); }
};

/// Source: torch.nn.Sigmoid.
struct Sigmoid {
  template <Operand X> constexpr auto operator()(const X& x) const { return sigmoid(x); }
};

/// Source: torch.nn.Softplus with its defaults.
struct Softplus {
  template <Operand X> constexpr auto operator()(const X& x) const { return softplus(x); }
};

/// Source: torch.nn.Softmax.
template <int Axis = -1> struct Softmax {
  template <Operand X> constexpr auto operator()(const X& x) const { return softmax<Axis>(x); }
};

/// Source: torch.nn.LogSoftmax.
template <int Axis = -1> struct LogSoftmax {
  template <Operand X> constexpr auto operator()(const X& x) const { return log_softmax<Axis>(x); }
};

}  // namespace stator
