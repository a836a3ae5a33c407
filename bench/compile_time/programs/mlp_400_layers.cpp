// A user's file: 400 fully connected layers.
#include <stator/stator.h>

#include <array>

namespace st = stator;

struct Deep {
  st::Linear<784, 128> first;
  std::array<st::Linear<128, 128>, 398> hidden;
  st::Linear<128, 10> last;

  constexpr auto operator()(auto image) const {  // [N, 784]
    auto x = relu(first(image));
    for (const auto& layer : hidden) x = relu(layer(x));
    return last(x);  // [N, 10]
  }
};

using Image = st::Tensor<st::f32, st::batch, 784>;
using Digit = st::Labels<10, st::batch>;

constexpr auto program = st::program<Deep>(
    st::function<"predict", Image>([](const auto& net, auto image) { return net(image); }),
    st::train_step<Image, Digit>(
        [](const auto& net, auto image, auto digit) { return cross_entropy(net(image), digit); }, st::Adam{}));

int main() {
  auto state = st::init(program, st::seed(0));
  auto train = st::compile(program, st::batch = 32);
}
