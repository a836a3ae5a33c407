// Reductions over axes that an operand does not have, and of dtypes that have no mean.
#include <stator/stator.h>
namespace st = stator;

#ifdef GOOD
using X = st::Expr<st::Tensor<st::f32, 2, 3, 4>>;
using Whole = X;
template <int Bad> constexpr int twice = 1;
#else
using X = st::Expr<st::Tensor<st::f32, 2, 3>>;
using Whole = st::Expr<st::Tensor<st::i64, 2, 3>>;
template <int Bad> constexpr int twice = Bad;
#endif

void broken(X x, Whole whole) {
  // expect: sum: an axis is not one of the operand's | Shape<2, 3>
  auto a = st::sum<2>(x);
  // expect: sum: an axis is not one of the operand's | Shape<2, 3>
  auto b = st::sum<-3>(x, st::keepdim);
  // expect: sum: an axis stands twice | Shape<2, 3>
  auto c = st::sum<0, twice<0>>(x);
  // expect: max: an axis is not one of the operand's | Shape<2, 3>
  auto d = st::amax<2>(x);
  // expect: max: an axis stands twice | Shape<2, 3>
  auto e = st::amax<0, twice<0>>(x, st::keepdim);
  // expect: argmax: the axis is not one of the operand's | Shape<2, 3>
  auto f = st::argmax<2>(x);
  // expect: mean: an axis is not one of the operand's | Shape<2, 3>
  auto g = st::mean<2>(x);
  // expect: mean: an axis stands twice | Shape<2, 3>
  auto h = st::mean<0, twice<0>>(x);
  // expect: mean: whole numbers have no mean of their own dtype: cast first | Shape<2, 3>
  auto i = mean(whole);
  // expect: mean: whole numbers have no mean of their own dtype: cast first | Shape<2, 3>
  auto j = mean(whole, st::keepdim);
  // expect: softmax: whole numbers: cast to a float first | Shape<2, 3>
  auto k = softmax(whole);
  // expect: softmax: the axis is not one of the operand's | Shape<2, 3>
  auto l = st::softmax<2>(x);
  // expect: log_softmax: whole numbers: cast to a float first | Shape<2, 3>
  auto m = log_softmax(whole);
  // expect: log_softmax: the axis is not one of the operand's | Shape<2, 3>
  auto n = st::log_softmax<2>(x);
}
