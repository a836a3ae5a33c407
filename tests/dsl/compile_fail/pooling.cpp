// Pooling windows that do not fit.
#include <stator/stator.h>
namespace st = stator;
template <auto... E> using F = st::Expr<st::Tensor<st::f32, E...>>;

#ifdef GOOD
template <auto... E> using Image = F<32, 3, 8, 8>;
#else
template <auto... E> using Image = F<E...>;
#endif

void broken(Image<3, 8, 8> rank3, Image<32, 3, st::steps, 8> symbolic, Image<32, 3, 1, 8> flat, F<32, 3, 8, 8> image) {
  // expect: max_pool2d: the input is not [N, C, H, W] | Shape<3, 8, 8>
  auto a = st::max_pool2d<2>(rank3);
  // expect: max_pool2d: height and width must be numbers | Shape<32, 3, steps, 8>
  auto b = st::max_pool2d<2>(symbolic);
  // expect: max_pool2d: the window is larger than the padded input | Shape<32, 3, 1, 8>
  auto c = st::max_pool2d<2>(flat);
  // expect: avg_pool2d: the input is not [N, C, H, W] | Shape<3, 8, 8>
  auto d = st::avg_pool2d<2>(rank3);
  // expect: avg_pool2d: height and width must be numbers | Shape<32, 3, steps, 8>
  auto e = st::avg_pool2d<2>(symbolic);
  // expect: avg_pool2d: the window is larger than the padded input | Shape<32, 3, 1, 8>
  auto f = st::avg_pool2d<2>(flat);
#ifndef GOOD
  // expect: max_pool2d: the padding exceeds half the window | Shape<32, 3, 8, 8>
  auto g = st::max_pool2d<2, 2, 2>(image);
  // expect: avg_pool2d: the padding exceeds half the window | Shape<32, 3, 8, 8>
  auto h = st::avg_pool2d<3, 3, 2>(image);
  // expect: max_pool2d: a kernel, stride, dilation or divisor below 1, or a padding below 0 | Shape<32, 3, 8, 8>
  auto i = st::max_pool2d<2, 0>(image);
#endif
}

void resized(Image<3, 8, 8> rank3) {
  // expect: adaptive_avg_pool2d: the input is not [N, C, H, W] | Shape<3, 8, 8>
  auto a = st::adaptive_avg_pool2d<1>(rank3);
  // expect: adaptive_max_pool2d: the input is not [N, C, H, W] | Shape<3, 8, 8>
  auto b = st::AdaptiveMaxPool2d<2>{}(rank3);
  // expect: interpolate: sizes or factors are needed for each axis, or one for all | Shape<3, 8, 8>
  auto c = st::interpolate<st::resize{.scale_factor = {2, 3}}>(rank3);
  // expect: pixel_unshuffle: the input is not [N, C, H, W] | Shape<3, 8, 8>
  auto d = st::pixel_unshuffle<2>(rank3);
#ifndef GOOD
  // expect: max_pool1d: the input is not [N, C, L] | Shape<32, 3, 8, 8>
  auto e = st::max_pool1d<2>(st::Expr<st::Tensor<st::f32, 32, 3, 8, 8>>{});
#endif
}
