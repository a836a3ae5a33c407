// Rows of gather and scatter_add, and of what is made of them: embedding, index_select, one_hot.
#include "dsl/stator.h"
#include "tests/catch.h"
#include "tests/dsl/shape_rules.h"
#include "tests/ops/check_row.h"
#include "tests/ops/rows.h"

namespace stator::tests {

namespace {

using shape_rules::as, shape_rules::check, shape_rules::gives, shape_rules::infer, shape_rules::says,
    shape_rules::tensor;

constexpr auto whole(auto... extents) { return as(DType::i64, tensor(extents...)); }

static_assert(gives(infer(rule::Gather{0}, tensor(7, 5), whole(batch, 3)), tensor(batch, 3, 5)));
static_assert(gives(infer(rule::Gather{1}, tensor(batch, 7, 5), whole(batch, 3)), tensor(batch, 3, 5)));
static_assert(gives(infer(rule::Gather{2}, tensor(2, 3, 7), whole(2, 3)), tensor(2, 3)));
static_assert(says(infer(rule::Gather{0}, tensor(7, 5), tensor(3)), "gather: the indices are not whole numbers"));
static_assert(says(infer(rule::Gather{2}, tensor(7, 5), whole(3)), "gather: the axis is not one of the operand's"));
static_assert(says(infer(rule::Gather{1}, tensor(7, 5), whole()),
                   "gather: fewer axes of indices than before the gathered one"));
static_assert(says(infer(rule::Gather{0}, tensor(batch, 5), whole(3)), "gather: the gathered extent must be a number"));
static_assert(says(infer(rule::Gather{0}, tensor(0, 5), whole(3)), "gather: there is nothing to gather from"));
static_assert(says(infer(rule::Gather{1}, tensor(7, 5), whole(3, 2)), "gather: leading extents differ"));
static_assert(says(infer(rule::Gather{0}, tensor(7, 5, 2), whole(1, 1, 1, 1, 1)),
                   "gather: the result has too many axes"));
static_assert(says(infer(rule::Gather{0}, tensor(7, 5), TensorSpec{DType::i64, Extents{0, 3}, 8}),
                   "gather: the labels' classes exceed the gathered extent"));
static_assert(gives(check(rule::ScatterAdd{0}, tensor(7, 5), whole(batch), tensor(batch, 5)), tensor(7, 5)));
static_assert(says(check(rule::ScatterAdd{0}, tensor(7, 5), whole(batch), tensor(batch, 4)),
                   "scatter_add: indices and rows do not fit the result"));

template <int Axis> constexpr auto along = [](auto x, auto index) { return gather<Axis>(x, index); };
constexpr auto table = [](auto indices, auto weight) { return embedding(indices, weight); };

Row embedding_row() {
  using I = Tensor<i64, 2, 3>;
  using W = F<7, 5>;
  Row row("embedding");
  row.at<Labels<7, 5>, F<7, 33>>(table)
      .at<Labels<65, batch, 3>, F<65, 16>>(table)
      .at<Labels<9, batch>, F<12, 20>>([](auto i, auto w) { return relu(embedding(i, w)) * 2.0; })
      .at<Labels<3, 4>, F<3, 1>>(table)
      .at<Labels<2>, F<2, 5>>(table)
      .at<Labels<50, 300>, F<50, 260>>(table)
      .at<Labels<9, batch, 4>, F<9, 24>, F<4, 24>>(
          [](auto i, auto w, auto position) { return embedding(i, w) + position; })
      .at<Labels<9, batch, 4>, F<9, 24>>([](auto i, auto w) {  // a table that is its own output layer
        return matmul(embedding(i, w), transpose(w)) * 0.1;
      })
      .torch<I, W>("embedding__plain", table)
      .torch<I, W>("embedding__padding_idx", [](auto i, auto w) { return embedding<1>(i, w); })
      .torch<I, W>("embedding__padding_idx_last", [](auto i, auto w) { return embedding<-1>(i, w); });
  return row;
}

Row gather_row() {
  Row row("gather");
  row.domains({{}, {0, 4, true}})
      .at<F<5, 17>, Tensor<i64, 5, 17>>(along<1>)
      .at<F<5, 17>, Tensor<i64, 33, 17>>(along<0>)
      .at<F<batch, 10>, Labels<10, batch, 3>>(along<1>)
      .at<F<batch, 10>, Labels<10, batch, 1>>([](auto x, auto i) { return sum<0>(gather<1>(x * 2.0, i)); })
      .at<F<3, 5, 7>, Tensor<i64, 3, 2, 7>>(along<1>)
      .at<F<6, 9>, Tensor<i64, 4, 9>>([](auto x, auto i) { return gather<0>(exp(x), i) + 1.0; })
      .at<F<5, batch>, Tensor<i64, 2, batch>>(along<0>)
      .at<Tensor<i64, 5, 9>, Tensor<i32, 5, 2>>(along<1>)
      .at<F<129, 40>, Tensor<i64, 129, 515>>([](auto x, auto i) { return gather<1>(x, i * 8); })
      // Computed indices beyond both ends mean the rows there.
      .at<F<5, 17>, Tensor<i64, 33>>([](auto x, auto i) { return apply<rule::Gather{0}>(x, i * 3 - 4); })
      .at<F<17, 5>, Tensor<i64, 17, 33>>([](auto x, auto i) { return apply<rule::Gather{1}>(x, i * 3 - 4); })
      .torch<F<3, 4>, Tensor<i64, 2, 4>>("gather__dim0", along<0>)
      .torch<F<3, 4>, Tensor<i64, 3, 6>>("gather__dim1", along<1>)
      .torch<F<3, 4>, Tensor<i64, 2, 5>>("gather__dim-1", along<-1>);
  return row;
}

template <int Axis> constexpr auto select = [](auto x, auto index) { return index_select<Axis>(x, index); };

Row index_select_row() {
  using X = F<3, 4>;
  using I = Tensor<i64, 3>;
  Row row("index_select");
  row.domains({{}, {0, 4, true}})
      .at<F<5, 33>, Tensor<i64, 7>>(select<0>)
      .at<F<batch, 5, 7>, Tensor<i64, 9>>(select<1>)
      .at<F<3, 5>, Labels<5, batch>>(select<1>)
      .torch<X, I>("index_select__dim0", select<0>)
      .torch<X, I>("index_select__dim1", select<1>)
      .torch<X, I>("index_select__dim-1", select<-1>);
  return row;
}

template <int Axis>
constexpr auto scattered = [](auto x, auto i, auto source) { return scatter_add<Axis>(x, i, source); };

Row scatter_add_row() {
  using X = F<3, 4>;
  Row row("scatter_add");
  row.domains({{}, {0, 4, true}, {}})
      .at<F<5, 17>, Tensor<i64, 9, 17>, F<9, 17>>(scattered<0>)
      .at<F<17, 5>, Tensor<i64, 17, 33>, F<17, 33>>(scattered<1>)
      .at<F<5, 3>, Tensor<i64, batch, 3>, F<batch, 3>>(scattered<0>)
      .at<F<batch, 5>, Tensor<i64, batch, 3>, F<batch, 3>>(scattered<1>)
      .at<Tensor<i64, 5>, Tensor<i64, 33>, Tensor<i64, 33>>(scattered<0>)
      .at<F<64, 515>, Tensor<i64, 300, 515>, F<300, 515>>(scattered<0>)
      .torch<X, Tensor<i64, 3, 4>, X>("scatter_add__dim0", scattered<0>)
      .torch<X, Tensor<i64, 3, 4>, X>("scatter_add__dim1", scattered<1>)
      .torch<X, Tensor<i64, 2, 3>, F<2, 3>>("scatter_add__small_index", scattered<1>);
  return row;
}

Row one_hot_row() {
  Row row("one_hot");
  row.at<Labels<10, batch>>([](auto i) { return one_hot(i); })
      .at<Labels<3, 5, 7>>([](auto i) { return one_hot<17>(i); })
      .torch<Tensor<i64, 2, 2>>("one_hot__5", [](auto i) { return one_hot<5>(i); })
      .torch<Tensor<i64, 3>>("one_hot__inferred", [](auto i) { return one_hot<4>(i); });
  return row;
}

}  // namespace

const std::vector<Row>& indexing_rows() {
  static const std::vector<Row> rows{embedding_row(), gather_row(), index_select_row(), scatter_add_row(),
                                     one_hot_row()};
  return rows;
}

TEST_CASE("indexing") { check_all(indexing_rows()); }

}  // namespace stator::tests
