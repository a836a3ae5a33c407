// Normalisation layers and activations on inputs that do not fit, and an assignment of another type.
#include <stator/stator.h>
namespace st = stator;
template <auto... E> using F = st::Expr<st::Tensor<st::f32, E...>>;

#ifdef GOOD
template <auto... E> using Image = F<8, 16, 4, 4>;
template <auto... E> using Rows = F<32, 128>;
constexpr const char approximate[] = "tanh";
#else
template <auto... E> using Image = F<E...>;
template <auto... E> using Rows = F<E...>;
constexpr const char approximate[] = "sigmoid";
#endif

void broken(st::BatchNorm2d<16> images, st::LayerNorm<128> norm, st::Buffer<st::f32, 32, 128> buffer,
            Image<8, 32, 4, 4> channels, Image<8, 16> flat, Rows<32, 127> rows, st::GroupNorm<4, 16> groups,
            st::InstanceNorm2d<16> instances, st::RMSNorm<128> rms,
            st::TransformerEncoderLayer<128, 4, st::transformer{.dim_feedforward = 64}> encoder) {
  // expect: BatchNorm: the input is not [N, num_features, ...] of the layer's rank | Shape<8, 32, 4, 4>
  auto a = images(channels);
  // expect: BatchNorm: the input is not [N, num_features, ...] of the layer's rank | Shape<8, 16>, BatchNorm<2, 16
  auto b = images(flat);
  // expect: LayerNorm: normalized_shape differs from the input's last extents | Shape<32, 127>, LayerNorm<128
  auto c = norm(rows);
  // expect: RMSNorm: normalized_shape differs from the input's last extents | Shape<32, 127>, RMSNorm<128
  auto e = rms(rows);
  // expect: GroupNorm: the input is not [N, num_channels, ...] | Shape<8, 32, 4, 4>, GroupNorm<4, 16
  auto f = groups(channels);
  // expect: InstanceNorm: the input is not [N, num_features, ...] of the layer's rank | Shape<8, 32, 4, 4>
  auto g = instances(channels);
  // expect: local_response_norm: the input is not [N, C, ...], or the size is below 1 | Shape<8, 16>
  auto h = st::local_response_norm<5>(flat);
  // expect: TransformerEncoderLayer: the input's last extent is not d_model | Shape<32, 127>
  auto i = encoder(rows);
  // expect: gelu: approximate is neither none nor tanh | Shape<32, 127>
  auto d = st::gelu<approximate>(rows);
  // expect: assign: the value is not of the type of what it is assigned to | Shape<32, 128>, Shape<32, 127>
  assign(buffer, rows);
}
