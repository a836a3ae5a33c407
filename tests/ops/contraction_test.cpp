// Rows of the matrix product and the linear layer.
#include "dsl/stator.h"
#include "tests/catch.h"
#include "tests/ops/check_row.h"
#include "tests/ops/rows.h"

namespace stator::tests {

namespace {

constexpr auto product = [](auto a, auto b) { return matmul(a, b); };
constexpr auto linear = [](const auto& layer, auto x) { return layer(x); };

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
      .at<F<160, 129>, F<129, 200>>(product)
      .special<F<9, 5>, F<5, 33>>(product)
      .torch<F<3, 5>, F<5, 4>>("matmul__mat_mat", product)
      .torch<F<17, 9>, F<9, 7>>("matmul__odd_sizes", product)
      .torch<F<3, 1>, F<1, 4>>("matmul__column_row", product)
      .torch<F<1, 6>, F<6, 1>>("matmul__row_column", product)
      .torch<F<2, 3, 5>, F<5, 4>>("matmul__batch_mat", product)
      .torch<F<2, 3, 5>, F<2, 5, 4>>("matmul__batched", product)
      .at<F<batch, 17>, F<17>>(product)
      .at<F<2, 1, 5, 6>, F<3, 6, 9>>(product)
      .at<F<batch, 4, 5>, F<1, 5, 9>>(product)
      .torch<F<2, 3, 5>, F<5>>("matmul__batch_vec", product)
      .torch<F<2, 1, 3, 5>, F<4, 5, 2>>("matmul__broadcast", product)
      .torch<F<1, 3, 5>, F<2, 5, 2>>("matmul__broadcast_one", product)
      .torch<F<3, 5>, F<2, 5, 4>>("matmul__mat_batch", product)
      .torch<F<3, 5>, F<5>>("matmul__mat_vec", product)
      .torch<F<5>, F<2, 5, 4>>("matmul__vec_batch", product)
      .torch<F<5>, F<5, 4>>("matmul__vec_mat", product)
      .torch<F<5>, F<5>>("matmul__vec_vec", product)
      .torch<F<6>, F<6>>("dot", product)
      .torch<F<2, 3, 5>, F<2, 5, 4>>("bmm", product);
  return row;
}

Row linear_row() {
  const TorchNames of_x{{"in.x"}, {}};
  Row row("linear");
  row.at_layer<Linear<33, 10>, F<batch, 33>>(linear)
      .torch_layer<Linear<5, 4>, F<3, 5>>("linear__matrix", of_x, linear)
      .torch_layer<Linear<5, 4>, F<2, 3, 5>>("linear__3d", of_x, linear)
      .torch_layer<Linear<5, 4>, F<5>>("linear__vector", of_x, linear)
      .torch_layer<Linear<5, 4, false>, F<3, 5>>("linear__matrix_no_bias", of_x, linear)
      .torch_layer<Linear<5, 4, false>, F<2, 3, 5>>("linear__3d_no_bias", of_x, linear)
      .torch_layer<Linear<5, 4, false>, F<5>>("linear__vector_no_bias", of_x, linear);
  return row;
}

}  // namespace

const std::vector<Row>& contraction_rows() {
  static const std::vector<Row> rows{matmul_row(), linear_row()};
  return rows;
}

TEST_CASE("contractions") { check_all(contraction_rows()); }

}  // namespace stator::tests
