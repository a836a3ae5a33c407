// Rows of the losses with a margin.
#include "dsl/stator.h"
#include "tests/catch.h"
#include "tests/ops/check_row.h"
#include "tests/ops/rows.h"

namespace stator::tests {

namespace {

using enum Reduction;
using X = F<3, 4>;

constexpr const char* name_of(Reduction reduction) {
  return reduction == mean ? "_mean" : reduction == sum ? "_sum" : "_none";
}
/// `add(row)` for each reduction.
template <class Add> Row& for_reductions(Row& row, Add add) {
  add.template operator()<mean>(row), add.template operator()<sum>(row), add.template operator()<none>(row);
  return row;
}

template <auto Options> constexpr auto hinge = [](auto x, auto y) { return hinge_embedding_loss<Options>(x, y); };
template <auto Options>
constexpr auto ranking = [](auto a, auto b, auto y) { return margin_ranking_loss<Options>(a, b, y); };
template <auto Options>
constexpr auto cosine = [](auto a, auto b, auto y) { return cosine_embedding_loss<Options>(a, b, y); };
template <auto Options>
constexpr auto triplet = [](auto a, auto p, auto n) { return triplet_margin_loss<Options>(a, p, n); };
template <auto Options> constexpr auto multi = [](auto x, auto... y) { return multi_margin_loss<Options>(x, y...); };
/// 1 or -1, as targets are.
constexpr auto side = [](auto x) { return where(x > 0.0, x * 0.0 + 1.0, -1.0); };

Row hinge_row() {
  Row row("hinge_embedding_loss");
  row.at<F<batch, 5>, F<batch, 5>>([](auto x, auto y) { return hinge_embedding_loss(x, side(y)); });
  return for_reductions(row, []<Reduction R>(Row& r) {
    const std::string start = "hinge_embedding_loss__margin", end = name_of(R);
    r.torch<X, X>(start + "0.5" + end, hinge<HingeEmbedding{.margin = 0.5, .reduction = R}>);
    r.torch<X, X>(start + "1.0" + end, hinge<R>);
  });
}

Row ranking_row() {
  Row row("margin_ranking_loss");
  row.at<F<batch>, F<batch>, F<batch>>([](auto a, auto b, auto y) { return margin_ranking_loss(a, b, side(y)); });
  return for_reductions(row, []<Reduction R>(Row& r) {
    const TorchNames names{{"in.x1", "in.x2", "in.target"}, {}};
    const std::string start = "margin_ranking_loss__margin", end = name_of(R);
    r.torch<F<6>, F<6>, F<6>>(start + "0.0" + end, names, ranking<R>);
    r.torch<F<6>, F<6>, F<6>>(start + "0.5" + end, names, ranking<MarginRanking{.margin = 0.5, .reduction = R}>);
  });
}

Row cosine_row() {
  Row row("cosine_embedding_loss");
  row.at<F<batch, 5>, F<batch, 5>, F<batch>>(
      [](auto a, auto b, auto y) { return cosine_embedding_loss(a, b, side(y)); });
  return for_reductions(row, []<Reduction R>(Row& r) {
    const TorchNames names{{"in.x1", "in.x2", "in.target"}, {}};
    const std::string start = "cosine_embedding_loss__margin", end = name_of(R);
    r.torch<F<4, 5>, F<4, 5>, F<4>>(start + "0.0" + end, names, cosine<R>);
    r.torch<F<4, 5>, F<4, 5>, F<4>>(start + "0.3" + end, names, cosine<CosineEmbedding{.margin = 0.3, .reduction = R}>);
  });
}

Row triplet_row() {
  using Rows = F<4, 5>;
  Row row("triplet_margin_loss");
  row.at<F<batch, 5>, F<batch, 5>, F<batch, 5>>(triplet<TripletMargin{.margin = 3, .swap = true}>);
  return for_reductions(row, []<Reduction R>(Row& r) {
    const std::string start = "triplet_margin_loss__", end = name_of(R);
    r.torch<Rows, Rows, Rows>(start + "default" + end, triplet<R>);
    r.torch<Rows, Rows, Rows>(start + "margin3" + end, triplet<TripletMargin{.margin = 3, .reduction = R}>);
    r.torch<Rows, Rows, Rows>(start + "p1" + end, triplet<TripletMargin{.margin = 2, .p = 1, .reduction = R}>);
    r.torch<Rows, Rows, Rows>(start + "swap" + end, triplet<TripletMargin{.margin = 2, .swap = true, .reduction = R}>);
  });
}

Row multi_row() {
  Row row("multi_margin_loss");
  row.domains({{}, {0, 4, true}, {0.2, 4}})
      .at<F<batch, 5>, Labels<5, batch>, F<5>>(multi<MultiMargin{.p = 2}>)
      .at<F<5>, Labels<5>>(multi<mean>);
  return for_reductions(row, []<Reduction R>(Row& r) {
    const std::string start = "multi_margin_loss__", end = name_of(R);
    r.torch<F<4, 5>, Labels<5, 4>>(start + "p1" + end, multi<R>);
    r.torch<F<4, 5>, Labels<5, 4>>(start + "p2" + end, multi<MultiMargin{.p = 2, .reduction = R}>);
    r.torch<F<4, 5>, Labels<5, 4>>(start + "margin0.5" + end, multi<MultiMargin{.margin = 0.5, .reduction = R}>);
    r.torch<F<4, 5>, Labels<5, 4>, F<5>>(start + "weight" + end, multi<R>);
  });
}

}  // namespace

const std::vector<Row>& margin_loss_rows() {
  static const std::vector<Row> rows{hinge_row(), ranking_row(), cosine_row(), triplet_row(), multi_row()};
  return rows;
}

TEST_CASE("losses with a margin") { check_all(margin_loss_rows()); }

}  // namespace stator::tests
