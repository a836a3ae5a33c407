// Matrix products and convolutions whose operands do not fit.
#include <stator/stator.h>
namespace st = stator;
template <auto... E> using F = st::Expr<st::Tensor<st::f32, E...>>;

#ifdef GOOD
template <auto Bad, auto Good> constexpr auto pick = Good;
#else
template <auto Bad, auto Good> constexpr auto pick = Bad;
#endif

void products(F<32, 784> x, F<pick<785, 784>, 128> inner, F<2, 4, 8> a, F<pick<3, 2>, 8, 4> leading, F<> scalar,
              F<pick<7, 8>> vector, st::Expr<st::Tensor<st::f64, 784, 3>> wide) {
  // expect: matmul: inner extents differ | Shape<32, 784>, Shape<785, 128>
  auto y = matmul(x, inner);
  // expect: matmul: leading extents do not broadcast | Shape<2, 4, 8>, Shape<3, 8, 4>
  auto z = matmul(a, leading);
  // expect: matmul: inner extents differ | Shape<2, 4, 8>, Shape<7>
  auto column = matmul(a, vector);
#ifndef GOOD
  // expect: matmul: an operand is a scalar | Shape<2, 4, 8>, Shape<>
  auto number = matmul(a, scalar);
  // expect: matmul: dtypes differ | Shape<32, 784>, Shape<784, 3>
  auto mixed = matmul(x, wide);
#endif
}

void convolutions(F<32, 3, 28, 28> x, F<16, pick<4, 3>, 3, 3> channels, F<16, 3, pick<29, 3>, 3> large,
                  F<32, 3, st::steps, 28> symbolic, F<16, 3, 3, 3> w, F<3, 28, 28> rank3) {
  // expect: conv2d: channels of input and weight differ | Shape<32, 3, 28, 28>, Shape<16, 4, 3, 3>
  auto y = conv2d(x, channels);
  // expect: conv2d: the kernel is larger than the padded input | Shape<32, 3, 28, 28>, Shape<16, 3, 29, 3>
  auto z = conv2d(x, large);
#ifndef GOOD
  // expect: conv2d: channels, height and width must be numbers | Shape<32, 3, steps, 28>
  auto height = conv2d(symbolic, w);
  // expect: conv2d: the input is not [N, C, H, W] | Shape<3, 28, 28>, Shape<16, 3, 3, 3>
  auto input = conv2d(rank3, w);
  // expect: conv2d: the weight is not [O, C / groups, KH, KW] | Shape<32, 3, 28, 28>, Shape<3, 28, 28>
  auto weight = conv2d(x, rank3);
  // expect: conv2d: a kernel, stride, dilation or groups below 1, or a padding below 0 | Shape<32, 3, 28, 28>
  auto still = st::conv2d<st::conv{.stride = 0}.rule(3)>(x, w);
#endif
}

void transposed(F<32, pick<3, 16>, 28, 28> x, F<16, 3, 3, 3> w, F<32, pick<3, 16>, 28> rows, F<16, 3, 3> kernel,
                F<16, pick<4, 16>, 3> other) {
  // expect: conv_transpose2d: channels of input and weight differ | Shape<32, 3, 28, 28>, Shape<16, 3, 3, 3>
  auto y = conv_transpose2d(x, w);
  // expect: conv1d: channels of input and weight differ | Shape<32, 3, 28>, Shape<16, 4, 3>
  auto z = conv1d(rows, other);
  // expect: conv_transpose1d: channels of input and weight differ | Shape<32, 3, 28>, Shape<16, 3, 3>
  auto u = conv_transpose1d(rows, kernel);
}
