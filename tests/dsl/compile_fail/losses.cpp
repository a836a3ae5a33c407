// Losses of values whose meaning, classes or extents do not fit.
#include <stator/stator.h>
namespace st = stator;

using Logits = st::Expr<st::Tensor<st::f32, st::batch, 10>>;
#ifdef GOOD
constexpr auto once(auto x) { return x; }
constexpr auto logs(auto x) { return log_softmax(x); }
using Others = st::Expr<st::Labels<10, st::batch>>;
using Rows = Others;
using Floats = Others;
using Scores = Logits;
using Weight = st::Expr<st::Tensor<st::f32, 10>>;
constexpr double smoothing = 0.1;
constexpr long ignored = 2;
#else
constexpr auto once(auto x) { return softmax(x); }
constexpr auto logs(auto x) { return x; }
using Others = st::Expr<st::Labels<11, st::batch>>;
using Rows = st::Expr<st::Labels<10, 32>>;
using Floats = Logits;
using Scores = st::Expr<st::Tensor<st::f32, 10>>;
using Weight = st::Expr<st::Tensor<st::f32, 11>>;
constexpr double smoothing = 1.1;
constexpr long ignored = 2;
#endif

void broken(Logits x, st::Expr<st::Labels<10, st::batch>> label, Others other, Rows rows, Floats floats, Scores scores,
            Weight weight) {
  // expect: cross_entropy takes logits: it applies log_softmax itself, so drop the softmax | Shape<batch, 10>
  auto a = cross_entropy(once(x), label);
  // expect: nll_loss takes log-probabilities: use cross_entropy, or apply log_softmax first | Shape<batch, 10>
  auto b = nll_loss(logs(x), label);
  // expect: cross_entropy: the input's classes differ from the labels' | Shape<batch, 10>
  auto c = cross_entropy(x, other);
  // expect: nll_loss: the input's classes differ from the labels' | Shape<batch, 10>
  auto d = nll_loss(log_softmax(x), other);
  // expect: cross_entropy: extents of input and target differ | Shape<batch, 10>, Shape<32>
  auto e = cross_entropy(x, rows);
  // expect: nll_loss: extents of input and target differ | Shape<batch, 10>, Shape<32>
  auto f = nll_loss(log_softmax(x), rows);
  // expect: cross_entropy: the target is neither a class index for each row nor its probabilities | Shape<batch, 10>
  auto g = cross_entropy(x, scores);
  // expect: nll_loss: the target is not a class index for each row | Shape<batch, 10>
  auto h = nll_loss(log_softmax(x), floats);
  // expect: mse_loss: shapes of input and target differ | Shape<batch, 10>, Shape<10>
  auto i = mse_loss(x, scores);
  // expect: cross_entropy: the weight is not a number for each class | Shape<batch, 10>, Shape<batch>, Shape<11>
  auto k = cross_entropy(x, label, weight);
  // expect: nll_loss: the weight is not a number for each class | Shape<11>
  auto l = nll_loss(log_softmax(x), label, weight);
  // expect: cross_entropy: label_smoothing lies outside [0, 1] | Shape<batch, 10>
  auto m = st::cross_entropy<st::CrossEntropy{.label_smoothing = smoothing}>(x, label);
  // expect: cross_entropy: an ignore_index does not go with class probabilities | Shape<batch, 10>
  auto n = st::cross_entropy<st::CrossEntropy{.ignore_index = ignored}>(x, floats);
#ifndef GOOD
  // expect: cross_entropy takes logits: after log_softmax use nll_loss | Shape<batch, 10>
  auto j = cross_entropy(log_softmax(x), label);
#endif
}
