// Rows of attention, which is composed of other ops.
#include "dsl/stator.h"
#include "tests/catch.h"
#include "tests/ops/check_row.h"
#include "tests/ops/rows.h"
#include "tests/ops/run.h"

namespace stator::tests {

namespace {

using Mask = Tensor<boolean, 4, 4>;
template <auto... E> using B = Tensor<boolean, E...>;

template <attention Options = attention{}> constexpr auto attend = [](auto q, auto k, auto v, auto... mask) {
  return scaled_dot_product_attention<Options>(q, k, v, mask...);
};
constexpr attention causal{.is_causal = true}, grouped{.enable_gqa = true};

const TorchNames plain{{"in.q", "in.k", "in.v"}, {}}, masked{{"in.q", "in.k", "in.v", "in.attn_mask"}, {}};

void add_torch_cases(Row& row) {
  row.torch<F<2, 3, 4>, F<2, 3, 4>, F<2, 3, 4>>("scaled_dot_product_attention__3d", plain, attend<>)
      .torch<F<2, 2, 3, 4>, F<2, 2, 5, 4>, F<2, 2, 5, 4>>("scaled_dot_product_attention__plain", plain, attend<>)
      .torch<F<1, 2, 4, 3>, F<1, 2, 4, 3>, F<1, 2, 4, 3>, Mask>("scaled_dot_product_attention__bool_mask", masked,
                                                                attend<>)
      .torch<F<1, 2, 3, 4>, F<1, 2, 5, 4>, F<1, 2, 5, 4>, F<2, 3, 5>>("scaled_dot_product_attention__float_mask",
                                                                      masked, attend<>)
      .torch<F<1, 2, 4, 4>, F<1, 2, 4, 4>, F<1, 2, 4, 4>>("scaled_dot_product_attention__causal", plain, attend<causal>)
      .torch<F<1, 1, 3, 4>, F<1, 1, 5, 4>, F<1, 1, 5, 4>>("scaled_dot_product_attention__causal_rectangular", plain,
                                                          attend<causal>)
      .torch<F<1, 4, 3, 4>, F<1, 2, 3, 4>, F<1, 2, 3, 4>>("scaled_dot_product_attention__grouped_heads", plain,
                                                          attend<grouped>)
      .torch<F<1, 2, 3, 4>, F<1, 2, 3, 4>, F<1, 2, 3, 4>>("scaled_dot_product_attention__scale", plain,
                                                          attend<attention{.scale = 0.3}>)
      .torch<F<1, 2, 3, 4>, F<1, 2, 3, 4>, F<1, 2, 3, 6>>("scaled_dot_product_attention__value_width", plain, attend<>);
}

/// Heads as a transformer has them: parts of one projection, read and written in the order [batch, length, heads,
/// width].
constexpr auto self_attention = [](auto x) {
  auto part = [&]<long Index>() {
    auto heads = apply<rule::Reshape{Extents{0, batch, 9, 2, 5}}>(
        apply<rule::Slice{Integers(0, 0, 10 * Index), Integers(-1, -1, 10 * Index + 10), Integers(1, 1, 1)}>(x));
    return permute<0, 2, 1, 3>(heads);
  };
  auto y = scaled_dot_product_attention<causal>(part.template operator()<0>(), part.template operator()<1>(),
                                                part.template operator()<2>());
  return apply<rule::Reshape{Extents{0, batch, 9, 10}}>(permute<0, 2, 1, 3>(y));
};

constexpr auto with_dropout = [](auto q, auto k, auto v) {
  Dropout<0.5> drop;
  drop.site = {q.context, 7};
  return scaled_dot_product_attention(q, k, v, drop);
};

Row attention_row() {
  Row row("scaled_dot_product_attention");
  row.at<F<1, 1, 4>, F<1, 1, 4>, F<1, 1, 4>>(attend<causal>)
      .at<F<7, 5>, F<3, 5>, F<3, 2>>(attend<>)
      .at<F<batch, 2, 17, 8>, F<batch, 2, 17, 8>, F<batch, 2, 17, 8>>(attend<causal>)
      .at<F<2, batch, 8>, F<2, batch, 8>, F<2, batch, 8>>(attend<causal>)
      .at<F<2, 3, 8>, F<2, batch, 8>, F<2, batch, 8>, B<3, batch>>(attend<>)
      .at<F<batch, 4, 5, 8>, F<batch, 2, 6, 8>, F<batch, 2, 6, 8>>(attend<grouped>)
      .at<F<2, 4, 33, 16>, F<2, 4, 33, 16>, F<2, 4, 33, 16>>(attend<causal>)
      .at<F<batch, 9, 30>>(self_attention)
      .at<F<batch, 2, 6, 4>, F<batch, 2, 6, 4>, F<batch, 2, 6, 4>>(with_dropout);
  add_torch_cases(row);
  return row;
}

/// Lengths at which scores stay out of memory: more than a block of queries, panels of keys that are not full, masks of
/// each kind.
Row tiled_row() {
  Row row("scaled_dot_product_attention_tiled");
  row.at<F<3, 70, 8>, F<3, 45, 8>, F<3, 45, 24>>(attend<causal>)
      .at<F<batch, 2, 37, 8>, F<batch, 2, 37, 8>, F<batch, 2, 37, 40>>(attend<causal>)
      .at<F<2, 130, 8>, F<2, batch, 8>, F<2, batch, 8>, B<130, batch>>(attend<>)
      .at<F<2, 2, 33, 8>, F<2, 2, 64, 8>, F<2, 2, 64, 8>, F<33, 64>>(attend<>)
      .at<F<2, 4, 33, 8>, F<2, 2, 35, 8>, F<2, 2, 35, 8>>(attend<grouped>);
  return row;
}

template <multihead Options = multihead{.batch_first = true}> using Layer = MultiheadAttention<6, 2, Options>;
constexpr auto self = [](const auto& layer, auto x, auto... masks) {
  auto [y, weights] = layer(x, x, x, masks...);
  return std::tuple(y, weights);
};
constexpr auto cross = [](const auto& layer, auto query, auto key, auto value) {
  auto [y, weights] = layer(query, key, value);
  return std::tuple(y, weights);
};
const std::vector<std::string> both{"out.y", "out.weights"};
const TorchNames of_query{{"in.query"}, both}, of_three{{"in.query", "in.key", "in.value"}, both};

Row multihead_row() {
  constexpr multihead no_bias{.bias = false, .batch_first = true};
  constexpr multihead widths{.kdim = 5, .vdim = 3, .batch_first = true};
  constexpr multihead per_head{.batch_first = true, .average_attn_weights = false};
  Row row("multihead_attention");
  row.torch_layer<Layer<>, F<2, 4, 6>>("multihead_attention__self", of_query, self)
      .torch_layer<Layer<multihead{}>, F<4, 2, 6>>("multihead_attention__sequence_first", of_query, self)
      .torch_layer<Layer<per_head>, F<2, 3, 6>>("multihead_attention__weights_per_head", of_query, self)
      .torch_layer<Layer<no_bias>, F<2, 3, 6>>("multihead_attention__no_bias", of_query, self)
      .torch_layer<Layer<>, F<2, 3, 6>, F<2, 5, 6>, F<2, 5, 6>>("multihead_attention__cross", of_three, cross)
      .torch_layer<Layer<widths>, F<2, 3, 6>, F<2, 4, 5>, F<2, 4, 3>>("multihead_attention__kdim_vdim", of_three, cross)
      .torch_layer<Layer<>, F<2, 4, 6>, B<4, 4>>(
          "multihead_attention__attn_mask", {{"in.query", "in.attn_mask"}, both},
          [](const auto& layer, auto x, auto mask) { return self(layer, x, attn_mask{mask}); })
      .torch_layer<Layer<>, F<2, 4, 6>, B<2, 4>>(
          "multihead_attention__key_padding_mask", {{"in.query", "in.key_padding_mask"}, both},
          [](const auto& layer, auto x, auto mask) { return self(layer, x, key_padding_mask{mask}); });
  return row;
}

/// [L, S] of the scores that attention gives where a row of the mask is empty.
std::vector<double> with_empty_row() {
  const ProgramGraph program = traced<F<2, 3>, F<2, 3>, F<2, 1>, B<2, 2>>("f", attend<>);
  return interpreted(program, "f", 1,
                     {{DType::f32, {2, 3}, {1, 2, 3, 4, 5, 6}},
                      {DType::f32, {2, 3}, {6, 5, 4, 3, 2, 1}},
                      {DType::f32, {2, 1}, {7, 9}},
                      {DType::boolean, {2, 2}, {0, 0, 0, 1}}})[0]
      .elements;
}

}  // namespace

const std::vector<Row>& attention_rows() {
  static const std::vector<Row> rows{attention_row(), tiled_row(), multihead_row()};
  return rows;
}

TEST_CASE("attention") { check_all(attention_rows()); }
TEST_CASE("a query that sees no key gives zeros") { CHECK(with_empty_row() == std::vector<double>{0, 9}); }

}  // namespace stator::tests
