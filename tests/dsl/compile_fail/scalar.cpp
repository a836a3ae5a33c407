// A training step down the gradient of a loss that is no scalar.
#include <stator/stator.h>
namespace st = stator;
using X = st::Tensor<st::f32, st::batch, 4>;
#ifdef GOOD
constexpr auto finished(auto loss) { return sum(loss); }
#else
constexpr auto finished(auto loss) { return loss; }
#endif

// expect-in-header: gradients: the loss is not a scalar
constexpr auto program = st::program<st::Linear<4, 2>>(
    st::train_step<X>([](const auto& net, auto x) { return finished(net(x)); }, st::SGD{}));
