// Rows of softmax and of the losses of elements, which are composed of other ops.
#include "dsl/stator.h"
#include "tests/catch.h"
#include "tests/ops/check_row.h"
#include "tests/ops/rows.h"

namespace stator::tests {

namespace {

using enum Reduction;

constexpr auto softmax_over = []<int Axis>(auto x) { return softmax<Axis>(x); };
constexpr auto log_softmax_over = []<int Axis>(auto x) { return log_softmax<Axis>(x); };

template <class Op> Row& over_axes(Row& row, const std::string& op, Op over) {
  return row.domains({{-6, 6}})
      .template at<F<3, 17>>([=](auto x) { return over.template operator()<-1>(x); })
      .template at<F<17, 1>>([=](auto x) { return over.template operator()<-1>(x); })
      .template at<F<5, 33, 3>>([=](auto x) { return over.template operator()<1>(x); })
      .template at<F<33, 17>>([=](auto x) { return over.template operator()<0>(x); })
      .template at<F<batch, 10>>([=](auto x) { return over.template operator()<1>(x); })
      .template at<F<batch, 3>>([=](auto x) { return over.template operator()<0>(x); })
      .template at<F<129, 515>>([=](auto x) { return over.template operator()<1>(x); })
      .template torch<F<7>>(op + "__1d", [=](auto x) { return over.template operator()<0>(x); })
      .template torch<F<2, 3, 4>>(op + "__dim-1", [=](auto x) { return over.template operator()<-1>(x); })
      .template torch<F<2, 3, 4>>(op + "__dim0", [=](auto x) { return over.template operator()<0>(x); })
      .template torch<F<2, 3, 4>>(op + "__dim1", [=](auto x) { return over.template operator()<1>(x); })
      .template torch<F<2, 3, 4>>(op + "__dim2", [=](auto x) { return over.template operator()<2>(x); })
      .template torch<F<2, 3>>(op + "__large", [=](auto x) { return over.template operator()<-1>(x); });
}

Row softmax_row() {
  Row row("softmax");
  return over_axes(row, "softmax", softmax_over).torch<F<2, 3>>("softmax__masked", [](auto x) { return softmax(x); });
}

Row log_softmax_row() {
  Row row("log_softmax");
  return over_axes(row, "log_softmax", log_softmax_over);
}

constexpr const char* name_of(Reduction reduction) {
  constexpr const char* names[]{"_mean", "_sum", "_none", "_batchmean"};
  return names[static_cast<int>(reduction)];
}

/// `Loss<R>()` and its kin give what is called; `add(row, R)` for each reduction.
template <class Add> Row& for_reductions(Row& row, Add add) {
  add.template operator()<mean>(row), add.template operator()<sum>(row), add.template operator()<none>(row);
  return row;
}

using X = F<3, 4>;
constexpr Domain around{}, probability{0.05, 0.95}, positive{0.2, 4};
const TorchNames weighted{{"in.input", "in.target", "in.weight"}, {}},
    pos_weighted{{"in.input", "in.target", "in.pos_weight"}, {}};

#define STATOR_LOSS(...) []<Reduction R>([[maybe_unused]] Row& r) { __VA_ARGS__; }
#define STATOR_CALL(...) [](auto... x) { return __VA_ARGS__(x...); }

std::vector<Row> distance_rows() {
  Row squared("mse_loss"), absolute("l1_loss"), smooth("smooth_l1_loss"), huber("huber_loss");
  squared.at<F<3, 17>, F<3, 17>>(STATOR_CALL(mse_loss)).at<F<batch, 5>, F<batch, 5>>(STATOR_CALL(mse_loss<sum>));
  absolute.at<F<batch, 5>, F<batch, 5>>(STATOR_CALL(l1_loss));
  smooth.at<F<batch, 5>, F<batch, 5>>(STATOR_CALL(smooth_l1_loss<SmoothL1{.beta = 2}>));
  huber.at<F<batch, 5>, F<batch, 5>>(STATOR_CALL(huber_loss<Huber{.delta = 2}>));
  for_reductions(squared, STATOR_LOSS(r.torch<X, X>(std::string("mse_loss_") + name_of(R), STATOR_CALL(mse_loss<R>))));
  for_reductions(absolute, STATOR_LOSS(r.torch<X, X>(std::string("l1_loss_") + name_of(R), STATOR_CALL(l1_loss<R>))));
  for_reductions(smooth, []<Reduction R>(Row& r) {
    const std::string start = "smooth_l1_loss__beta", end = name_of(R);
    r.torch<X, X>(start + "0.0" + end, STATOR_CALL(smooth_l1_loss<SmoothL1{.beta = 0, .reduction = R}>));
    r.torch<X, X>(start + "0.3" + end, STATOR_CALL(smooth_l1_loss<SmoothL1{.beta = 0.3, .reduction = R}>));
    r.torch<X, X>(start + "1.0" + end, STATOR_CALL(smooth_l1_loss<R>));
  });
  for_reductions(huber, []<Reduction R>(Row& r) {
    const std::string start = "huber_loss__delta", end = name_of(R);
    r.torch<X, X>(start + "0.4" + end, STATOR_CALL(huber_loss<Huber{.delta = 0.4, .reduction = R}>));
    r.torch<X, X>(start + "1.0" + end, STATOR_CALL(huber_loss<R>));
  });
  return {squared, absolute, smooth, huber};
}

Row binary_cross_entropy_row() {
  Row row("binary_cross_entropy");
  row.domains({probability})
      .at<F<batch, 5>, F<batch, 5>, F<5>>(STATOR_CALL(binary_cross_entropy))
      .torch<F<4>, F<4>>("binary_cross_entropy__saturated_none", STATOR_CALL(binary_cross_entropy<none>));
  return for_reductions(row, []<Reduction R>(Row& r) {
    const std::string start = "binary_cross_entropy_", end = name_of(R);
    r.torch<X, X>(start + end, STATOR_CALL(binary_cross_entropy<R>));
    r.torch<X, X, F<4>>(start + "_weight" + end, weighted, STATOR_CALL(binary_cross_entropy<R>));
  });
}

template <Reduction R> constexpr auto with_pos_weight = [](auto x, auto y, auto weight) {
  return binary_cross_entropy_with_logits<R>(x, y, pos_weight{weight});
};

Row with_logits_row() {
  Row row("binary_cross_entropy_with_logits");
  row.domains({{-3, 3}, probability})
      .at<F<batch, 5>, F<batch, 5>, F<5>, F<5>>([](auto x, auto y, auto weight, auto positives) {
        return binary_cross_entropy_with_logits(x, y, weight, pos_weight{positives});
      })
      .torch<F<4>, F<4>>("binary_cross_entropy_with_logits__large_none",
                         STATOR_CALL(binary_cross_entropy_with_logits<none>));
  return for_reductions(row, []<Reduction R>(Row& r) {
    const std::string start = "binary_cross_entropy_with_logits_", end = name_of(R);
    r.torch<X, X>(start + end, STATOR_CALL(binary_cross_entropy_with_logits<R>));
    r.torch<X, X, F<3, 1>>(start + "_weight" + end, weighted, STATOR_CALL(binary_cross_entropy_with_logits<R>));
    r.torch<X, X, F<4>>(start + "_pos_weight" + end, pos_weighted, with_pos_weight<R>);
  });
}

std::vector<Row> soft_margin_rows() {
  Row soft("soft_margin_loss"), labels("multilabel_soft_margin_loss");
  soft.at<F<batch, 5>, F<batch, 5>>(STATOR_CALL(soft_margin_loss));
  labels.at<F<batch, 5>, F<batch, 5>, F<5>>(STATOR_CALL(multilabel_soft_margin_loss));
  for_reductions(soft, STATOR_LOSS(r.torch<X, X>(std::string("soft_margin_loss_") + name_of(R),
                                                 STATOR_CALL(soft_margin_loss<R>))));
  for_reductions(labels, []<Reduction R>(Row& r) {
    const std::string start = "multilabel_soft_margin_loss_", end = name_of(R);
    r.torch<X, X>(start + end, STATOR_CALL(multilabel_soft_margin_loss<R>));
    r.torch<X, X, F<4>>(start + "_weight" + end, weighted, STATOR_CALL(multilabel_soft_margin_loss<R>));
  });
  return {soft, labels};
}

template <auto Options>
constexpr auto divergence = [](auto x, auto y) { return kl_div<Options>(assume_log_probabilities(x), y); };

Row kl_div_row() {
  using P = F<4, 5>;
  Row row("kl_div");
  row.domains({{-4, 0}, {0.05, 0.95}})
      .at<F<batch, 5>, F<batch, 5>>(divergence<KLDiv{.reduction = batchmean}>)
      .at<F<batch, 5>, F<batch, 5>>(divergence<KLDiv{.log_target = true}>)
      .torch<P, P>("kl_div__log_target_batchmean", divergence<KLDiv{.log_target = true, .reduction = batchmean}>)
      .torch<P, P>("kl_div__probabilities_batchmean", divergence<batchmean>);
  return for_reductions(row, []<Reduction R>(Row& r) {
    r.torch<P, P>(std::string("kl_div__log_target") + name_of(R),
                  divergence<KLDiv{.log_target = true, .reduction = R}>);
    r.torch<P, P>(std::string("kl_div__probabilities") + name_of(R), divergence<R>);
    r.torch<P, P>(std::string("kl_div__zero_target") + name_of(R), divergence<R>);
  });
}

Row poisson_row() {
  Row row("poisson_nll_loss");
  row.domains({positive}).at<F<batch, 5>, F<batch, 5>>(STATOR_CALL(poisson_nll_loss<PoissonNLL{.full = true}>));
  return for_reductions(row, []<Reduction R>(Row& r) {
    const std::string start = "poisson_nll_loss__", end = name_of(R);
    r.torch<X, X>(start + "log" + end, STATOR_CALL(poisson_nll_loss<R>));
    r.torch<X, X>(start + "log_full" + end, STATOR_CALL(poisson_nll_loss<PoissonNLL{.full = true, .reduction = R}>));
    r.torch<X, X>(start + "rate" + end, STATOR_CALL(poisson_nll_loss<PoissonNLL{.log_input = false, .reduction = R}>));
    r.torch<X, X>(start + "rate_full" + end,
                  STATOR_CALL(poisson_nll_loss<PoissonNLL{.log_input = false, .full = true, .reduction = R}>));
  });
}

Row gaussian_row() {
  Row row("gaussian_nll_loss");
  row.domains({around, around, positive}).at<F<batch, 5>, F<batch, 5>, F<batch>>(STATOR_CALL(gaussian_nll_loss));
  return for_reductions(row, []<Reduction R>(Row& r) {
    const TorchNames names{{"in.input", "in.target", "in.var"}, {}};
    const std::string start = "gaussian_nll_loss_", end = name_of(R);
    constexpr auto clamped = STATOR_CALL(gaussian_nll_loss<GaussianNLL{.eps = 0.1, .reduction = R}>);
    r.torch<X, X, X>(start + end, names, STATOR_CALL(gaussian_nll_loss<R>));
    r.torch<X, X, X>(start + "_full" + end, names,
                     STATOR_CALL(gaussian_nll_loss<GaussianNLL{.full = true, .reduction = R}>));
    r.torch<X, X, F<3, 1>>(start + "_one_variance" + end, names, STATOR_CALL(gaussian_nll_loss<R>));
    r.torch<F<4>, F<4>, F<4>>(start + "_clamped" + end, names, clamped);
  });
}

}  // namespace

const std::vector<Row>& loss_rows() {
  static const std::vector<Row> rows = [] {
    std::vector<Row> all{softmax_row(), log_softmax_row(), binary_cross_entropy_row(), with_logits_row(), kl_div_row(),
                         poisson_row(), gaussian_row()};
    for (const auto& more : {distance_rows(), soft_margin_rows()}) all.insert(all.end(), more.begin(), more.end());
    return all;
  }();
  return rows;
}

TEST_CASE("softmax and losses") { check_all(loss_rows()); }

}  // namespace stator::tests
