// Attention of queries, keys, values and masks that do not fit.
#include <stator/stator.h>
namespace st = stator;

template <auto... E> using F = st::Expr<st::Tensor<st::f32, E...>>;
using Query = F<st::batch, 4, 7, 8>;
#ifdef GOOD
using Keys = Query;
using Short = Query;
using Grouped = F<st::batch, 2, 7, 8>;
using Mask = st::Expr<st::Tensor<st::boolean, 7, 7>>;
using Layer = st::MultiheadAttention<8, 2>;
using Rows = F<5, st::batch, 8>;
using Memory = F<3, st::batch, 8>;
constexpr st::attention causal{};
#else
using Keys = F<st::batch, 4, 7, 9>;
using Short = F<st::batch, 4, 6, 8>;
using Grouped = F<st::batch, 3, 7, 8>;
using Mask = st::Expr<st::Tensor<st::boolean, 7, 6>>;
using Layer = st::MultiheadAttention<9, 3>;
using Rows = F<5, st::batch, 8>;
using Memory = F<3, st::batch, 9>;
constexpr st::attention causal{.is_causal = true};
#endif

void broken(Query q, Keys keys, Short values, Grouped grouped, Mask mask,
            st::Expr<st::Tensor<st::boolean, 7, 7>> square, Rows rows, Memory memory) {
  // expect: scaled_dot_product_attention: widths of query and key differ | Shape<batch, 4, 7, 8>, Shape<batch, 4, 7, 9>
  auto a = scaled_dot_product_attention(q, keys, q);
  // expect: scaled_dot_product_attention: lengths of key and value differ | Shape<batch, 4, 6, 8>
  auto b = scaled_dot_product_attention(q, q, values);
  // expect: scaled_dot_product_attention: heads of the query are no multiple of the key's | Shape<batch, 3, 7, 8>
  auto c = st::scaled_dot_product_attention<st::attention{.enable_gqa = true}>(q, grouped, grouped);
  // expect: scaled_dot_product_attention: the mask does not broadcast to query length x key length | Shape<7, 6>
  auto d = scaled_dot_product_attention(q, q, q, mask);
  // expect: scaled_dot_product_attention: a mask of its own and is_causal exclude each other
  auto e = st::scaled_dot_product_attention<causal>(q, q, q, square);
  // expect: MultiheadAttention: the query's last extent is not embed_dim | Shape<5, batch, 8>
  auto f = Layer{}(rows, rows, rows);
  // expect: TransformerEncoderLayer: the input's last extent is not d_model | Shape<3, batch, 9>
  auto g = st::TransformerEncoderLayer<8, 2>{}(memory);
  // expect: TransformerDecoderLayer: the last extent of tgt or memory is not d_model | Shape<3, batch, 9>
  auto h = st::TransformerDecoderLayer<8, 2>{}(rows, memory);
}
