// Rows of the contractions: matrix product, linear layer, convolution.
#include "dsl/stator.h"
#include "tests/catch.h"
#include "tests/ops/check_row.h"
#include "tests/ops/rows.h"

namespace stator::tests {

namespace {

constexpr auto product = [](auto a, auto b) { return matmul(a, b); };
constexpr auto linear = [](auto x, auto weight, auto bias) { return matmul(x, transpose(weight)) + bias; };

Row matmul_row() {
  Row row("matmul");
  row.at<F<1, 1>, F<1, 1>>(product)
      .at<F<3, 17>, F<17, 33>>(product)
      .at<F<3, 0>, F<0, 5>>(product)
      .at<F<17, 33>, F<33, 1>>(product)
      .at<F<1, 33>, F<33, 17>>(product)
      .at<F<4, 5, 6>, F<4, 6, 7>>(product)
      .at<F<2, 3, 5, 6>, F<2, 3, 6, 9>>(product)
      .at<F<2, 3, 5>, F<5, 7>>(product)
      .at<F<batch, 17>, F<17, 10>>(product)
      .at<F<3, batch>, F<batch, 5>>(product)
      .at<F<batch, 6>, F<batch, 9>>([](auto a, auto b) { return matmul(transpose(a), b); })
      .at<F<65, 70>, F<33, 70>>([](auto a, auto b) { return relu(matmul(a, transpose(b))); })
      .at<F<batch, 33>, F<10, 33>, F<10>>(linear)
      .at<F<160, 129>, F<129, 200>>(product)
      .special<F<9, 5>, F<5, 33>>(product)
      .torch<F<3, 5>, F<5, 4>>("matmul__mat_mat", product)
      .torch<F<17, 9>, F<9, 7>>("matmul__odd_sizes", product)
      .torch<F<3, 1>, F<1, 4>>("matmul__column_row", product)
      .torch<F<1, 6>, F<6, 1>>("matmul__row_column", product)
      .torch<F<2, 3, 5>, F<5, 4>>("matmul__batch_mat", product)
      .torch<F<2, 3, 5>, F<2, 5, 4>>("matmul__batched", product)
      .torch<F<2, 3, 5>, F<2, 5, 4>>("bmm", product)
      .torch<F<3, 5>, F<4, 5>, F<4>>("linear__matrix", linear)
      .torch<F<2, 3, 5>, F<4, 5>, F<4>>("linear__3d", linear)
      .torch<F<3, 5>, F<4, 5>>("linear__matrix_no_bias", [](auto x, auto w) { return matmul(x, transpose(w)); });
  return row;
}

/// A convolution, with a bias of `O` channels where there is a third operand.
template <rule::Conv2d Rule = rule::Conv2d{}> constexpr auto conv = [](auto x, auto weight, auto... bias) {
  auto y = conv2d<Rule>(x, weight);
  if constexpr (sizeof...(bias) == 0) return y;
  else return y + reshape<spec_of<decltype(weight)>.extents[0].number, 1, 1>(bias...);
};

template <rule::Conv2d Rule, auto... X, class W> void add_case(Row& row, const std::string& name, W) {
  constexpr long channels = W::spec.extents[0].number;
  row.torch<F<X...>, W, F<channels>>(name, conv<Rule>);
}

void add_torch_cases(Row& row) {
  using C = rule::Conv2d;
  constexpr Integers one{1, 1}, two{2, 2}, none{0, 0, 0, 0}, ring{1, 1, 1, 1};
  add_case<C{}, 2, 3, 5, 6>(row, "conv2d__plain", F<4, 3, 3, 3>{});
  add_case<C{one, ring, one, 4}, 2, 4, 5, 5>(row, "conv2d__depthwise", F<4, 1, 3, 3>{});
  add_case<C{two, none, one, 3}, 1, 3, 5, 5>(row, "conv2d__depthwise_x2", F<6, 1, 3, 3>{});
  add_case<C{one, none, two, 1}, 1, 2, 7, 7>(row, "conv2d__dilation2", F<3, 2, 3, 3>{});
  add_case<C{one, none, one, 2}, 2, 4, 5, 5>(row, "conv2d__groups2", F<6, 2, 3, 3>{});
  add_case<C{}, 2, 4, 3, 3>(row, "conv2d__k1", F<5, 4, 1, 1>{});
  add_case<C{two}, 2, 4, 5, 5>(row, "conv2d__k1_stride2", F<5, 4, 1, 1>{});
  add_case<C{}, 1, 1, 8, 8>(row, "conv2d__k5", F<2, 1, 5, 5>{});
  add_case<C{one, ring}, 2, 2, 5, 5>(row, "conv2d__pad1", F<3, 2, 3, 3>{});
  add_case<C{{2, 1}, {1, 1, 0, 0}, {1, 2}}, 2, 2, 6, 7>(row, "conv2d__rectangular", F<3, 2, 2, 3>{});
  add_case<C{one, ring}, 2, 2, 5, 5>(row, "conv2d__same", F<3, 2, 3, 3>{});
  add_case<C{one, {2, 2, 2, 2}, two}, 1, 2, 6, 6>(row, "conv2d__same_dilation", F<3, 2, 3, 3>{});
  add_case<C{one, {0, 1, 1, 2}}, 1, 2, 5, 5>(row, "conv2d__same_even_kernel", F<3, 2, 2, 4>{});
  add_case<C{two}, 2, 2, 7, 7>(row, "conv2d__stride2", F<3, 2, 3, 3>{});
  add_case<C{two, ring}, 1, 2, 8, 6>(row, "conv2d__stride2_pad1_even", F<3, 2, 3, 3>{});
  add_case<C{{3, 3}}, 1, 2, 7, 7>(row, "conv2d__stride_over_kernel", F<2, 2, 2, 2>{});
  add_case<C{two}, 1, 2, 6, 6>(row, "conv2d__unused_edge", F<2, 2, 3, 3>{});
  add_case<C{}, 1, 2, 5, 5>(row, "conv2d__valid", F<3, 2, 3, 3>{});
  add_case<C{}, 2, 2, 4, 4>(row, "conv2d__whole_image", F<3, 2, 4, 4>{});
  row.torch<F<2, 3, 5, 6>, F<4, 3, 3, 3>>("conv2d__no_bias", conv<>);
}

Row conv2d_row() {
  using C = rule::Conv2d;
  constexpr Integers one{1, 1}, ring{1, 1, 1, 1};
  Row row("conv2d");
  row.covers({"conv2d_input_grad", "conv2d_weight_grad", "convolution", "convolution_weight_grad"})
      .at<F<batch, 1, 9, 9>, F<3, 1, 3, 3>, F<3>>(conv<>)
      .at<F<batch, 3, 7, 8>, F<5, 3, 3, 3>>(conv<C{one, ring}>)
      .at<F<2, 16, 12, 11>, F<33, 16, 3, 3>, F<33>>([](auto x, auto w, auto b) { return relu(conv<>(x, w, b)); })
      .at<F<2, 17, 9, 9>, F<17, 17, 3, 3>>(conv<C{{2, 2}, ring}>)
      .at<F<3, 4, 6, 6>, F<6, 2, 3, 3>>(conv<C{one, ring, one, 2}>)
      .at<F<8, 16, 26, 26>, F<32, 16, 3, 3>>(conv<>);
  add_torch_cases(row);
  return row;
}

}  // namespace

const std::vector<Row>& contraction_rows() {
  static const std::vector<Row> rows{matmul_row(), conv2d_row()};
  return rows;
}

TEST_CASE("contractions") { check_all(contraction_rows()); }

}  // namespace stator::tests
