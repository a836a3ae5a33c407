// Reshapes and permutations that do not fit their operand.
#include <stator/stator.h>
namespace st = stator;

#ifdef GOOD
using X = st::Expr<st::Tensor<st::f32, 2, 3, 4>>;
using Rows = st::Expr<st::Tensor<st::f32, st::batch, 24>>;
#else
using X = st::Expr<st::Tensor<st::f32, 5>>;
using Rows = st::Expr<st::Tensor<st::f32, st::steps, 24>>;
#endif

void broken(X x, Rows rows) {
  // expect: reshape: the number of elements changes | Shape<5>, Shape<6, 4>
  auto other_count = st::reshape<6, 4>(x);
  // expect: reshape: the number of elements changes | Shape<5>, Shape<-1, 8>
  auto indivisible = st::reshape<-1, 8>(x);
  // expect: reshape: the number of elements changes | Shape<steps, 24>, Shape<batch, 2, 12>
  auto other_symbol = st::reshape<st::batch, 2, 12>(rows);
  // expect: permute: as many axes as the operand's rank are needed | Shape<5>
  auto too_many = st::permute<2, 0, 1>(x);
#ifndef GOOD
  // expect: reshape: more than one extent is -1 | Shape<5>, Shape<-1, -1>
  auto two_open = st::reshape<-1, -1>(x);
  // expect: permute: an axis is not one of the operand's | Shape<5>
  auto no_such = st::permute<1>(x);
  // expect: permute: an axis stands twice | Shape<steps, 24>
  auto twice = st::permute<0, -2>(rows);
#endif
  // expect: transpose: an axis is not one of the operand's | Shape<5>
  auto exchanged = transpose(x);
  // expect: flatten: no axes from First to Last in the operand | Shape<5>
  auto flat = flatten(x);
}
