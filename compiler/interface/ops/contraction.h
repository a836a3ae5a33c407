// Contractions: matrix product and convolution.
#pragma once

#include "compiler/interface/ops/movement.h"

namespace stator {
namespace rule {

/// [..., M, K] x [..., K, N] -> [..., M, N]; in the graph the leading extents are equal.
struct Matmul {
  static constexpr std::string_view name = "matmul";
  constexpr static void attributes(auto&, auto&&) {}
  static constexpr Inferred infer(Specs operands) {
    const TensorSpec &a = operands[0], &b = operands[1];
    if (a.rank() < 2 || b.rank() < 2) return "matmul: an operand has fewer than two axes";
    if (a.extents[-1] != b.extents[-2]) return "matmul: inner extents differ";
    if (a.dtype != b.dtype) return "matmul: dtypes differ";
    if (a.rank() != b.rank() && b.rank() != 2) return "matmul: ranks differ";
    for (int i = 0; b.rank() > 2 && i < a.rank() - 2; ++i)
      if (a.extents[i] != b.extents[i]) return "matmul: leading extents differ";
    TensorSpec result{a.dtype, a.extents};
    result.extents[-1] = b.extents[-1];
    return result;
  }
};

/// x [N, C, H, W] * weight [O, C / groups, KH, KW] -> [N, O, OH, OW]. Source: torch.nn.functional.conv2d.
struct Conv2d {
  static constexpr std::string_view name = "conv2d";
  Integers stride{1, 1};
  Integers padding{0, 0, 0, 0};  // top, bottom, left, right
  Integers dilation{1, 1};
  long groups = 1;

  constexpr static void attributes(auto& self, auto&& visit) {
    visit("stride", self.stride);
    visit("padding", self.padding);
    visit("dilation", self.dilation);
    visit("groups", self.groups);
  }
  /// The number of windows along one axis. Source: torch.nn.Conv2d, "Shape".
  constexpr long windows(long extent, long kernel, int axis) const {
    long padded = extent + padding[2 * axis] + padding[2 * axis + 1];
    long reach = dilation[axis] * (kernel - 1) + 1;
    return padded < reach ? 0 : (padded - reach) / stride[axis] + 1;
  }
  constexpr Inferred infer(Specs operands) const {
    const TensorSpec &x = operands[0], &w = operands[1];
    if (x.rank() != 4) return "conv2d: the input is not [N, C, H, W]";
    if (w.rank() != 4) return "conv2d: the weight is not [O, C / groups, KH, KW]";
    if (x.dtype != w.dtype) return "conv2d: dtypes differ";
    for (int i = 1; i < 4; ++i)
      if (!x.extents[i].is_number() || !w.extents[i].is_number())
        return "conv2d: channels, height and width must be numbers";
    if (x.extents[1] != w.extents[1] * Extent(groups)) return "conv2d: channels of input and weight differ";
    if (w.extents[0].number % groups != 0) return "conv2d: groups do not divide the output channels";
    TensorSpec result{x.dtype, Extents{0, x.extents[0], w.extents[0], Extent(1), Extent(1)}};
    for (int axis = 0; axis < 2; ++axis) {
      long n = windows(x.extents[2 + axis].number, w.extents[2 + axis].number, axis);
      if (n < 1) return "conv2d: the kernel is larger than the padded input";
      result.extents[2 + axis] = Extent(n);
    }
    return result;
  }
};

}  // namespace rule

namespace detail {
/// Leading axes of a meet b's as one axis of rows where b is a plain matrix.
template <class A> constexpr rule::Reshape rows_of() {
  constexpr Extents from = A::tensor::spec.extents;
  return rule::Reshape{flattened(from, 0, from.rank - 2)};
}
}  // namespace detail

/// The matrix product over the last two axes; a plain matrix `b` serves all leading axes of `a`. Source: torch.matmul.
/// [..., M, K] x [..., K, N] -> [..., M, N]
template <Operand A, Operand B> requires Fits<rule::Matmul{}, A, B> constexpr auto matmul(const A& a, const B& b) {
  if constexpr (spec_of<A>.rank() > 2 && spec_of<B>.rank() == 2) {
    constexpr Extents to = detail::inferred<rule::Matmul{}, A, B>::spec.extents;
    return apply<rule::Reshape{to}>(apply<rule::Matmul{}>(apply<detail::rows_of<A>()>(a), b));
  } else {
    return apply<rule::Matmul{}>(a, b);
  }
}
template <Operand A, Operand B> requires(!Fits<rule::Matmul{}, A, B>)
ShapeError<broken<rule::Matmul{}, A, B>, shape_of<A>, shape_of<B>> matmul(const A& a, const B& b);

/// The cross-correlation of x [N, C, H, W] with weight [O, C / groups, KH, KW], without bias.
template <rule::Conv2d Rule = rule::Conv2d{}, Operand X, Operand W> requires Fits<Rule, X, W>
constexpr result_t<Rule, X, W> conv2d(const X& x, const W& weight) {
  return apply<Rule>(x, weight);
}
template <rule::Conv2d Rule = rule::Conv2d{}, Operand X, Operand W> requires(!Fits<Rule, X, W>)
ShapeError<broken<Rule, X, W>, shape_of<X>, shape_of<W>> conv2d(const X& x, const W& weight);

}  // namespace stator
