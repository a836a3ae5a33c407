// Indices that are no indices, or of another table.
#include <stator/stator.h>
namespace st = stator;
template <auto... E> using F = st::Expr<st::Tensor<st::f32, E...>>;
template <auto... E> using I = st::Expr<st::Tensor<st::i64, E...>>;

#ifdef GOOD
using Tokens = st::Expr<st::Labels<65, st::batch, 8>>;
using Index = I<3, 2>;
using Weight = F<65, 16>;
using Picked = I<3>;
#else
using Tokens = st::Expr<st::Labels<66, st::batch, 8>>;
using Index = I<4, 2>;
using Weight = F<65>;
using Picked = F<3>;
#endif

struct Net {
  st::Embedding<65, 16> wte;

  // expect: embedding: the labels' classes exceed the weight's rows | Shape<batch, 8>, Embedding<65, 16
  auto rows(auto x) const { return wte(x); }
};
auto rows(Net net, Tokens x) { return net.rows(x); }

void broken(F<3, 5> x, Index index, Picked picked, I<2, 2> i, Weight weight) {
  // expect: embedding: the weight is not [count, width] | Shape<2, 2>, Shape<65>
  auto a = embedding(i, weight);
  // expect: gather: the index is larger than the input beside the axis | Shape<3, 5>, Shape<4, 2>
  auto b = st::gather<1>(x, index);
  // expect: index_select: the index is not one axis of whole numbers | Shape<3, 5>, Shape<3>
  auto c = st::index_select<0>(x, picked);
  // expect: scatter_add: the index is larger than input or source | Shape<3, 5>, Shape<4, 2>, Shape<3, 5>
  auto d = st::scatter_add<1>(x, index, x);
#ifdef GOOD
  auto e = st::one_hot<5>(i);
#else
  // expect: one_hot: the number of classes is not known | Shape<2, 2>
  auto e = st::one_hot(i);
#endif
}
