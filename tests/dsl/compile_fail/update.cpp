// A training step whose loss never reaches a parameter of the model.
#include <stator/stator.h>
namespace st = stator;

struct Net {
  st::Linear<4, 2> used;
  st::Linear<4, 2> forgotten;
  constexpr auto operator()(auto x) const {
#ifdef GOOD
    return used(x) + forgotten(x);
#else
    return used(x);
#endif
  }
};
using X = st::Tensor<st::f32, st::batch, 4>;

// expect-note: update: the loss never reaches a parameter of the model
constexpr auto program =
    st::program<Net>(st::train_step<X>([](const auto& net, auto x) { return mean(net(x)); }, st::SGD{}));
