// Losses of elements, of pairs and with margins, on values whose meaning or extents do not fit.
#include <stator/stator.h>
namespace st = stator;
template <auto... E> using F = st::Expr<st::Tensor<st::f32, E...>>;

using X = F<st::batch, 5>;
#ifdef GOOD
using Y = X;
using Row = F<st::batch>;
using Weight = F<5>;
using Label = st::Expr<st::Labels<5, st::batch>>;
constexpr auto logits(auto x) { return x; }
constexpr auto logs(auto x) { return log_softmax(x); }
constexpr auto chances(auto x) { return sigmoid(x); }
#else
using Y = F<st::batch, 6>;
using Row = F<9>;
using Weight = F<6>;
using Label = st::Expr<st::Labels<6, st::batch>>;
constexpr auto logits(auto x) { return sigmoid(x); }
constexpr auto logs(auto x) { return x; }
constexpr auto chances(auto x) { return log_softmax(x); }
#endif

void broken(X x, Y y, Row row, Weight weight, Label label) {
  // expect: l1_loss: shapes of input and target differ | Shape<batch, 5>, Shape<batch, 6>
  auto a = l1_loss(x, y);
  // expect: smooth_l1_loss: shapes of input and target differ | Shape<batch, 5>, Shape<batch, 6>
  auto b = smooth_l1_loss(x, y);
  // expect: huber_loss: shapes of input and target differ | Shape<batch, 5>, Shape<batch, 6>
  auto c = huber_loss(x, y);
  // expect: binary_cross_entropy: shapes of input and target differ | Shape<batch, 5>, Shape<batch, 6>
  auto d = binary_cross_entropy(x, y);
  // expect: binary_cross_entropy: the weight does not broadcast to the input | Shape<batch, 5>, Shape<6>
  auto e = binary_cross_entropy(x, x, weight);
  // expect: binary_cross_entropy takes probabilities, not their logarithms | Shape<batch, 5>
  auto f = binary_cross_entropy(chances(x), x);
  // expect: binary_cross_entropy_with_logits takes logits: it applies the sigmoid itself, so drop yours
  auto g = binary_cross_entropy_with_logits(logits(x), x);
  // expect: binary_cross_entropy_with_logits: the weight does not broadcast to the input | Shape<batch, 5>
  auto h = binary_cross_entropy_with_logits(x, x, st::pos_weight{weight});
  // expect: kl_div takes log-probabilities: apply log_softmax first | Shape<batch, 5>
  auto i = kl_div(logs(x), x);
  // expect: poisson_nll_loss: shapes of input and target differ | Shape<batch, 5>, Shape<batch, 6>
  auto j = poisson_nll_loss(x, y);
  // expect: gaussian_nll_loss: the variance is neither of the input's shape nor one a row | Shape<9>
  auto k = gaussian_nll_loss(x, x, row);
  // expect: soft_margin_loss: shapes of input and target differ | Shape<batch, 5>, Shape<batch, 6>
  auto l = soft_margin_loss(x, y);
  // expect: multilabel_soft_margin_loss: shapes of input and target differ | Shape<batch, 5>, Shape<batch, 6>
  auto m = multilabel_soft_margin_loss(x, y);
  // expect: hinge_embedding_loss: shapes of input and target differ | Shape<batch, 5>, Shape<batch, 6>
  auto n = hinge_embedding_loss(x, y);
  // expect: margin_ranking_loss: shapes of inputs and target differ | Shape<batch, 5>, Shape<batch, 6>
  auto o = margin_ranking_loss(x, y, x);
  // expect: cosine_embedding_loss: inputs are not alike, or the target is not one for each row | Shape<9>
  auto p = cosine_embedding_loss(x, x, row);
  // expect: triplet_margin_loss: shapes of anchor, positive and negative differ | Shape<batch, 6>
  auto q = triplet_margin_loss(x, x, y);
  // expect: multi_margin_loss: the input's classes differ from the labels' | Shape<batch, 5>
  auto r = multi_margin_loss(x, label);
}
