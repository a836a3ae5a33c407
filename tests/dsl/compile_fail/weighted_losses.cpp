// Losses with more weights than they take, or of scalars where rows are wanted.
#include <stator/stator.h>
namespace st = stator;
template <auto... E> using F = st::Expr<st::Tensor<st::f32, E...>>;

#ifdef GOOD
using Vector = F<5>;
#define STATOR_WEIGHTS weight
#define STATOR_LOGITS_WEIGHTS \
  weight, st::pos_weight { weight }
#else
using Vector = F<>;
#define STATOR_WEIGHTS weight, weight
#define STATOR_LOGITS_WEIGHTS st::pos_weight{weight}, weight
#endif

void broken(F<st::batch, 5> x, st::Expr<st::Labels<5, st::batch>> label, F<5> weight, Vector vector) {
  // expect: cross_entropy: more than one weight | Shape<batch, 5>, Shape<batch>, Shape<5>, Shape<5>
  auto a = cross_entropy(x, label, STATOR_WEIGHTS);
  // expect: nll_loss: more than one weight | Shape<batch, 5>, Shape<batch>, Shape<5>, Shape<5>
  auto b = nll_loss(log_softmax(x), label, STATOR_WEIGHTS);
  // expect: multi_margin_loss: more than one weight | Shape<batch, 5>, Shape<batch>, Shape<5>, Shape<5>
  auto c = multi_margin_loss(x, label, STATOR_WEIGHTS);
  // expect: binary_cross_entropy: more than one weight | Shape<batch, 5>, Shape<batch, 5>, Shape<5>, Shape<5>
  auto d = binary_cross_entropy(x, x, STATOR_WEIGHTS);
  // expect: binary_cross_entropy_with_logits: more than one weight, and one pos_weight behind it | Shape<batch, 5>
  auto e = binary_cross_entropy_with_logits(x, x, STATOR_LOGITS_WEIGHTS);
  // expect: multilabel_soft_margin_loss: more than one weight | Shape<batch, 5>
  auto f = multilabel_soft_margin_loss(x, x, STATOR_WEIGHTS);
  // expect: multilabel_soft_margin_loss: a scalar has no classes | Shape<>
  auto g = multilabel_soft_margin_loss(vector, vector);
  // expect: triplet_margin_loss: scalars have no distance | Shape<>
  auto h = triplet_margin_loss(vector, vector, vector);
}
