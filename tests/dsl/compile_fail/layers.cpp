// Layers on inputs of other extents, and a gradient of what is not a scalar.
#include <stator/stator.h>
namespace st = stator;
template <auto... E> using F = st::Expr<st::Tensor<st::f32, E...>>;

#ifdef GOOD
using Rows = F<32, 784>;
using Image = F<32, 3, 28, 28>;
template <auto... E> using Input = Image;
#else
using Rows = F<32, 785>;
template <auto... E> using Input = F<E...>;
#endif

struct Net {
  st::Linear<784, 10> fc;
  st::Conv2d<3, 16, 3> conv;

  // expect: Linear: in_features differ from the input's last extent | Shape<32, 785> | Linear<784, 10
  auto head(auto x) const { return fc(x); }
};

auto head(Net net, Rows x) { return net.head(x); }
void broken(Net net, Rows rows, Input<32, 4, 28, 28> channels, Input<32, 3, st::steps, 28> symbolic,
            Input<3, 28, 28> flat) {
  // expect: conv2d: channels of input and weight differ | Shape<32, 4, 28, 28>, Shape<16, 3, 3, 3>
  auto a = net.conv(channels);
  // expect: conv2d: channels, height and width must be numbers | Shape<32, 3, steps, 28>, Shape<16, 3, 3, 3>
  auto b = net.conv(symbolic);
  // expect: conv2d: the input is not [N, C, H, W] | Shape<3, 28, 28>, Shape<16, 3, 3, 3>
  auto c = net.conv(flat);
#ifdef GOOD
  auto d = gradient(sum(rows), rows);
#else
  // expect: gradient: the loss is not a scalar | Shape<32, 785>, Shape<32, 785>
  auto d = gradient(rows, rows);
  // expect: gradient: whole numbers have no gradient | Shape<>, Shape<32>
  auto e = gradient(sum(rows), st::Expr<st::Tensor<st::i64, 32>>{});
#endif
}
