// Rows of repeating, rolling, padding, diagonals, and of products and distances made of others.
#include "dsl/ops/repeat.h"
#include "dsl/ops/products.h"
#include "dsl/stator.h"
#include "tests/catch.h"
#include "tests/ops/check_row.h"
#include "tests/ops/rows.h"

namespace stator::tests {

namespace {

std::vector<Row> repeat_rows_only() {
  using X = F<2, 3>;
  return {
      Row("expand")
          .at<F<batch, 1>>([](auto x) { return expand<-1, 17>(x); })
          .torch<F<1, 4>>("expand__1x4_to_m1x4", [](auto x) { return expand<-1, 4>(x); })
          .torch<F<3, 1>>("expand__3x1_to_2x3x4", [](auto x) { return expand<2, 3, 4>(x); })
          .torch<F<3, 1>>("expand__3x1_to_3x4", [](auto x) { return expand<3, 4>(x); })
          .torch<F<4>>("expand__4_to_2x3x4", [](auto x) { return expand<2, 3, 4>(x); }),
      Row("repeat")
          .at<F<3, 17>>([](auto x) { return repeat<2, 3>(exp(x)); })
          .torch<X>("repeat__1x1", [](auto x) { return repeat<1, 1>(x); })
          .torch<X>("repeat__2x1x2", [](auto x) { return repeat<2, 1, 2>(x); })
          .torch<X>("repeat__2x3", [](auto x) { return repeat<2, 3>(x); }),
      Row("repeat_interleave")
          .at<F<batch, 17>>([](auto x) { return repeat_interleave<3, 1>(x); })
          .torch<X>("repeat_interleave__2_dim0", [](auto x) { return repeat_interleave<2, 0>(x); })
          .torch<X>("repeat_interleave__3_dim1", [](auto x) { return repeat_interleave<3, 1>(x); })
          .torch<X>("repeat_interleave__flat", [](auto x) { return repeat_interleave<2, 0>(reshape<-1>(x)); }),
      Row("unflatten")
          .torch<F<2, 6, 4>>("unflatten__dim-1", [](auto x) { return unflatten<-1, 2, -1>(x); })
          .torch<F<2, 6, 4>>("unflatten__dim0", [](auto x) { return unflatten<0, 1, 2>(x); })
          .torch<F<2, 6, 4>>("unflatten__dim1", [](auto x) { return unflatten<1, 2, 3>(x); }),
  };
}

Row roll_row() {
  using X = F<2, 3, 4>;
  Row row("roll");
  row.at<F<batch, 33>>([](auto x) { return roll<5, 1>(x); })
      .torch<X>("roll__1_dim0", [](auto x) { return roll<1, 0>(x); })
      .torch<X>("roll__flat", [](auto x) { return reshape<2, 3, 4>(roll<3, 0>(reshape<-1>(x))); })
      .torch<X>("roll__m2_dim1", [](auto x) { return roll<-2, 1>(x); })
      .torch<X>("roll__two", [](auto x) { return roll<-1, 2>(roll<1, 0>(x)); })
      .torch<X>("roll__wrap", [](auto x) { return roll<7, 1>(x); });
  return row;
}

Row pad_row() {
  using enum PaddingMode;
  Row row("pad_modes");
  row.at<F<batch, 17>>([](auto x) { return pad<reflect, 3, 2>(x); })
      .at<F<batch, 2, 5, 6>>([](auto x) { return pad<replicate, 1, 2, 2, 0>(x); })
      .torch<F<2, 3>>("pad__constant_1d", [](auto x) { return pad<1, 2>(x); })
      .torch<F<2, 3>>("pad__constant_value", [](auto x) { return pad<1, 2, 0, 1>(x, 1.5); })
      .torch<F<1, 2, 3, 3>>("pad__constant_2d", [](auto x) { return pad<1, 1, 2, 0>(x, -1); })
      .torch<F<3, 4>>("pad__constant_negative", [](auto x) { return pad<-1, 1, 1, -1>(x); })
      .torch<F<1, 2, 5>>("pad__circular_1d", [](auto x) { return pad<circular, 2, 1>(x); })
      .torch<F<1, 2, 3, 3>>("pad__circular_2d", [](auto x) { return pad<circular, 1, 2, 2, 1>(x); })
      .torch<F<1, 2, 5>>("pad__reflect_1d", [](auto x) { return pad<reflect, 2, 3>(x); })
      .torch<F<1, 2, 4, 4>>("pad__reflect_2d", [](auto x) { return pad<reflect, 1, 2, 3, 1>(x); })
      .torch<F<1, 2, 4>>("pad__replicate_1d", [](auto x) { return pad<replicate, 3, 1>(x); })
      .torch<F<1, 2, 3, 3>>("pad__replicate_2d", [](auto x) { return pad<replicate, 1, 2, 2, 1>(x); })
      .torch<F<1, 1, 2, 2, 2>>("pad__replicate_3d", [](auto x) { return pad<replicate, 1, 0, 1, 1, 0, 1>(x); });
  return row;
}

std::vector<Row> diagonal_rows() {
  using X = F<3, 4>;
  return {
      Row("diagonal")
          .at<F<batch, 9, 9>>([](auto x) { return diagonal<2>(x); })
          .torch<X>("diagonal__offset-1", [](auto x) { return diagonal<-1>(x); })
          .torch<X>("diagonal__offset0", [](auto x) { return diagonal(x); })
          .torch<X>("diagonal__offset1", [](auto x) { return diagonal<1>(x); }),
      Row("diag_embed")
          .at<F<batch, 9>>([](auto x) { return diag_embed<-2>(x); })
          .torch<F<2, 3>>("diag_embed__offset0", [](auto x) { return diag_embed(x); })
          .torch<F<2, 3>>("diag_embed__offset1", [](auto x) { return diag_embed<1>(x); }),
  };
}

template <Bag Mode> constexpr auto bag = [](auto indices, auto weight) { return embedding_bag<Mode>(indices, weight); };

std::vector<Row> product_rows() {
  using M = F<3, 4>;
  using I = Tensor<i64, 3, 4>;
  return {
      Row("outer").torch<F<3>, F<4>>("outer", [](auto a, auto b) { return outer(a, b); }),
      Row("addmm")
          .torch<F<4>, F<3, 5>, F<5, 4>>("addmm__beta_alpha",
                                         [](auto x, auto a, auto b) { return addmm(x, a, b, 0.5, 2.0); })
          .torch<F<2, 3, 4>, F<2, 3, 5>, F<2, 5, 4>>("baddbmm", [](auto x, auto a, auto b) { return addmm(x, a, b); }),
      Row("glu")
          .at<F<batch, 34>>([](auto x) { return glu(x); })
          .torch<F<4, 6, 2>>("glu__dim-1", [](auto x) { return glu(x); })
          .torch<F<4, 6, 2>>("glu__dim0", [](auto x) { return glu<0>(x); })
          .torch<F<4, 6, 2>>("glu__dim1", [](auto x) { return glu<1>(x); }),
      Row("cosine_similarity")
          .torch<F<2, 3, 4>, F<4>>("cosine_similarity__dim-1",
                                   [](auto a, auto b) { return cosine_similarity<-1>(a, b); })
          .torch<M, M>("cosine_similarity__dim0", [](auto a, auto b) { return cosine_similarity<0>(a, b); })
          .torch<M, M>("cosine_similarity__dim1", [](auto a, auto b) { return cosine_similarity(a, b); }),
      Row("pairwise_distance")
          .torch<M, M>("pairwise_distance__p2", [](auto a, auto b) { return pairwise_distance(a, b); }),
      Row("cdist")
          .at<F<batch, 5>, F<7, 5>>([](auto a, auto b) { return cdist(a, b); })
          .torch<M, F<5, 4>>("cdist__p1.0", [](auto a, auto b) { return cdist(a, b, 1); })
          .torch<M, F<5, 4>>("cdist__p2.0", [](auto a, auto b) { return cdist(a, b); }),
      Row("embedding_bag")
          .at<Labels<7, batch, 4>, F<7, 17>>(bag<Bag::mean>)
          .torch<I, F<7, 5>>("embedding_bag__sum", bag<Bag::sum>)
          .torch<I, F<7, 5>>("embedding_bag__mean", bag<Bag::mean>)
          .torch<I, F<7, 5>>("embedding_bag__max", bag<Bag::max>),
  };
}

}  // namespace

const std::vector<Row>& repeat_rows() {
  static const std::vector<Row> rows = [] {
    std::vector<Row> all{roll_row(), pad_row()};
    for (const auto& more : {repeat_rows_only(), diagonal_rows(), product_rows()})
      all.insert(all.end(), more.begin(), more.end());
    return all;
  }();
  return rows;
}

TEST_CASE("repeating, padding and products made of others") { check_all(repeat_rows()); }

}  // namespace stator::tests
