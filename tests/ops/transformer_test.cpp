// Rows of the transformer's layers, which are composed of other ops.
#include "dsl/stator.h"
#include "tests/catch.h"
#include "tests/ops/check_row.h"
#include "tests/ops/rows.h"

namespace stator::tests {

namespace {

constexpr transformer first{.dim_feedforward = 8, .dropout = 0, .batch_first = true, .norm_first = true},
    last{.dim_feedforward = 8, .dropout = 0, .batch_first = true},
    gelu_first{
        .dim_feedforward = 8, .dropout = 0, .activation = Activation::gelu, .batch_first = true, .norm_first = true},
    gelu_last{.dim_feedforward = 8, .dropout = 0, .activation = Activation::gelu, .batch_first = true};

template <transformer Options> using Encoder = TransformerEncoderLayer<6, 2, Options>;
template <transformer Options> using Decoder = TransformerDecoderLayer<6, 2, Options>;
using Mask = Tensor<boolean, 4, 4>;

const TorchNames of_src{{"in.src"}, {}}, of_masked{{"in.src", "in.src_mask"}, {}},
    of_tgt{{"in.tgt", "in.memory", "in.tgt_mask"}, {}};
constexpr auto encode = [](const auto& layer, auto src) { return layer(src); };
constexpr auto encode_masked = [](const auto& layer, auto src, auto mask) { return layer(src, attn_mask{mask}); };
constexpr auto decode = [](const auto& layer, auto tgt, auto memory, auto mask) {
  return layer(tgt, memory, attn_mask{mask});
};
constexpr auto decode_padded = [](const auto& layer, auto tgt, auto memory, auto padding) {
  return layer(tgt, memory, memory_key_padding_mask{padding});
};

Row encoder_row() {
  const std::string op = "transformer_encoder_layer";
  constexpr transformer causal{.dim_feedforward = 5, .dropout = 0.5, .is_causal = true};
  Row row(op);
  row.domains({{-1, 1}})
      .at_layer<Encoder<causal>, F<3, batch, 6>>(encode, {.training = false})
      .torch_layer<Encoder<first>, F<2, 3, 6>>(op + "__norm_first_relu", of_src, encode)
      .torch_layer<Encoder<last>, F<2, 3, 6>>(op + "__norm_last_relu", of_src, encode)
      .torch_layer<Encoder<gelu_first>, F<2, 3, 6>>(op + "__norm_first_gelu", of_src, encode)
      .torch_layer<Encoder<gelu_last>, F<2, 3, 6>>(op + "__norm_last_gelu", of_src, encode)
      .torch_layer<Encoder<first>, F<1, 4, 6>, Mask>(op + "__norm_first_causal", of_masked, encode_masked)
      .torch_layer<Encoder<last>, F<1, 4, 6>, Mask>(op + "__norm_last_causal", of_masked, encode_masked);
  return row;
}

Row stack_row() {
  Row row("transformer_encoder");
  row.torch_layer<TransformerEncoder<Encoder<last>, 2, LayerNorm<6>>, F<1, 3, 6>>(
      "transformer_encoder__two_layers_final_norm", of_src, encode);
  return row;
}

Row decoder_row() {
  const std::string op = "transformer_decoder_layer";
  Row row(op);
  row.domains({{-1, 1}})
      .at_layer<Decoder<first>, F<batch, 3, 6>, F<batch, 5, 6>, Tensor<boolean, batch, 5>>(decode_padded)
      .torch_layer<Decoder<first>, F<2, 4, 6>, F<2, 3, 6>, Mask>(op + "__norm_first", of_tgt, decode)
      .torch_layer<Decoder<last>, F<2, 4, 6>, F<2, 3, 6>, Mask>(op + "__norm_last", of_tgt, decode);
  return row;
}

}  // namespace

const std::vector<Row>& transformer_rows() {
  static const std::vector<Row> rows{encoder_row(), stack_row(), decoder_row()};
  return rows;
}

TEST_CASE("transformer layers") { check_all(transformer_rows()); }

}  // namespace stator::tests
